import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

/** A test program in a process of its own. */
export interface Program {
  readonly child: ChildProcess;
  /** Called with each line it prints. */
  onLine(listener: (line: string) => void): void;
  /** Exit code or signal, and everything it printed. */
  readonly ended: Promise<{ code: number | null; signal: string | null; output: readonly string[]; errors: string }>;
}

/** Starts a TypeScript file on the sources, with arguments it finds in `process.argv` from 2. */
export function startProgram(file: URL, args: readonly string[]): Program {
  const command = ["--conditions=larder-source", "--import", "tsx", fileURLToPath(file), ...args];
  const child = spawn(process.execPath, command, { stdio: ["pipe", "pipe", "pipe"] });
  const output: string[] = [];
  let errors = "";
  child.stderr.on("data", (data: Buffer) => {
    errors += data.toString();
  });
  const reader = createInterface({ input: child.stdout });
  reader.on("line", (line) => output.push(line));
  const ended = new Promise<{ code: number | null; signal: string | null; output: string[]; errors: string }>(
    (resolve) => {
      child.on("close", (code, signal) => resolve({ code, signal, output, errors }));
    },
  );
  return { child, ended, onLine: (listener) => void reader.on("line", listener) };
}
