import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

/** A test program in a process of its own. */
export interface Program {
  readonly child: ChildProcess;
  readonly lines: AsyncIterable<string>;
  readonly ended: Promise<{ readonly code: number | null; readonly signal: string | null }>;
}

/** Starts `test/write/programs/<name>.ts` on the sources, with arguments it finds in `process.argv` from 2. */
export function startProgram(name: string, args: readonly string[]): Program {
  const file = fileURLToPath(new URL(`../programs/${name}.ts`, import.meta.url));
  const node = ["--conditions=larder-source", "--import", "tsx", file, ...args];
  const child = spawn(process.execPath, node, { stdio: ["ignore", "pipe", "inherit"] });
  const ended = new Promise<{ code: number | null; signal: string | null }>((resolve) => {
    child.on("close", (code, signal) => resolve({ code, signal }));
  });
  return { child, ended, lines: createInterface({ input: child.stdout! }) };
}
