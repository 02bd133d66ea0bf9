import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { afterAll } from "vitest";

/** A test program in a process of its own. */
export interface Program {
  readonly child: ChildProcess;
  /** Resolves when it has printed this line; rejects when it ends before. */
  printed(line: string): Promise<void>;
  /** Exit code or signal, and everything it printed. */
  readonly ended: Promise<{ code: number | null; signal: string | null; output: readonly string[]; errors: string }>;
}

const running = new Set<ChildProcess>();
// A test that fails leaves nothing behind.
afterAll(() => {
  for (const child of running) child.kill("SIGKILL");
});

/** Starts `test/programs/<name>.ts` on the sources, with arguments it finds in `process.argv` from 2. */
export function startProgram(name: string, args: readonly string[]): Program {
  const file = fileURLToPath(new URL(`./programs/${name}.ts`, import.meta.url));
  const node = ["--conditions=larder-source", "--import", "tsx", file, ...args];
  const child = spawn(process.execPath, node, { stdio: ["pipe", "pipe", "pipe"] });
  running.add(child);
  const output: string[] = [];
  let errors = "";
  child.stderr.on("data", (data: Buffer) => {
    errors += data.toString();
  });
  const reader = createInterface({ input: child.stdout });
  reader.on("line", (line) => output.push(line));
  const ended = new Promise<{ code: number | null; signal: string | null; output: string[]; errors: string }>(
    (resolve) => {
      child.on("close", (code, signal) => {
        running.delete(child);
        resolve({ code, signal, output, errors });
      });
    },
  );
  const printed = (wanted: string) =>
    new Promise<void>((resolve, reject) => {
      const look = () => output.includes(wanted) && resolve();
      look();
      reader.on("line", look);
      ended.then(() => reject(new Error(`${name} ended before it printed '${wanted}':\n${errors}`)));
    });
  return { child, printed, ended };
}
