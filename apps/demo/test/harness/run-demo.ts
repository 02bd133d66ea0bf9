import { fileURLToPath } from "node:url";
import { type ProcessRun, type StartedProcess, startFromSource } from "@larder/app-shared/testing";

const program = fileURLToPath(new URL("../../src/demo.ts", import.meta.url));

/** Runs the demo from its sources in a real process. */
export function startDemo(args: readonly string[], cwd: string, env: NodeJS.ProcessEnv = {}): StartedProcess {
  return startFromSource(program, args, cwd, env);
}

/** Runs the demo and waits for its end. */
export function runDemo(args: readonly string[], cwd: string, env: NodeJS.ProcessEnv = {}): Promise<ProcessRun> {
  return startDemo(args, cwd, env).finished;
}
