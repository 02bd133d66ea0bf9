import { type ChildProcess, spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, inject } from "vitest";

/** What a process printed, and how it ended. */
export interface Run {
  readonly stdout: string;
  readonly stderr: string;
  readonly exitCode: number | null;
  readonly signal: NodeJS.Signals | null;
}

export interface RunOptions {
  readonly cwd: string;
  readonly env?: NodeJS.ProcessEnv | undefined;
  /** `source`: the TypeScript files, each loaded as it is. Default: the bundle made of them. */
  readonly from?: "bundle" | "source" | undefined;
  readonly onStart?: ((child: ChildProcess) => void) | undefined;
}

const source = fileURLToPath(new URL("../../src/larder.ts", import.meta.url));
const loader = import.meta.resolve("tsx");

/** The words of Node that start the program. */
export function larderCommand(from: RunOptions["from"] = "bundle"): readonly string[] {
  return from === "source" ? ["--conditions=larder-source", "--import", loader, source] : [inject("larderProgram")];
}

/** The environment of a user who has set nothing, and whose directories are in `home`. */
export function userEnvironment(home: string, env: NodeJS.ProcessEnv = {}): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(
    ([name]) => !/^(npm_|VITEST|NODE_OPTIONS|NODE_ENV|INIT_CWD|LARDER_|XDG_|AWS_|NO_COLOR|FORCE_COLOR)/.test(name),
  );
  return { ...Object.fromEntries(kept), HOME: home, ...env };
}

/** Runs `larder` in a process of its own. Its home is the working directory. */
export async function runLarder(args: readonly string[], { cwd, env, from, onStart }: RunOptions): Promise<Run> {
  const child = spawn(process.execPath, [...larderCommand(from), ...args], {
    cwd,
    env: userEnvironment(cwd, env),
    stdio: ["ignore", "pipe", "pipe"],
  });
  onStart?.(child);
  let stdout = "";
  let stderr = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    stderr += text;
  });
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (exitCode, signal) => resolve({ stdout, stderr, exitCode, signal }));
  });
}

/** Runs `larder … --json`, which must end with this exit code, and reads what it prints. */
export async function larderJson<Document = Record<string, unknown>>(
  args: readonly string[],
  options: RunOptions & { readonly exitCode?: number },
): Promise<Document> {
  const { exitCode = 0, ...rest } = options;
  const run = await runLarder([...args, "--json"], rest);
  expect({ exitCode: run.exitCode, stderr: exitCode === 0 ? "" : run.stderr }).toEqual({
    exitCode,
    stderr: exitCode === 0 ? "" : run.stderr,
  });
  return JSON.parse(run.stdout === "" ? run.stderr : run.stdout) as Document;
}
