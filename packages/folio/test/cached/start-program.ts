import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { afterEach } from "vitest";

/** A test program in a process of its own. */
export interface Program {
  readonly child: ChildProcess;
  /** Resolves when it has printed this line; rejects when it ends before. */
  printed(line: string): Promise<void>;
  readonly ended: Promise<{
    readonly code: number | null;
    readonly output: readonly string[];
    readonly errors: string;
  }>;
}

const running = new Set<ChildProcess>();
// A test that fails leaves nothing behind.
afterEach(() => {
  for (const child of running) child.kill("SIGKILL");
});

/** Starts `programs/<name>.ts` on the sources. */
export function startProgram(name: string, args: readonly string[]): Program {
  const file = fileURLToPath(new URL(`./programs/${name}.ts`, import.meta.url));
  const node = ["--conditions=larder-source", "--import", "tsx", file, ...args];
  const child = spawn(process.execPath, node, { stdio: ["ignore", "pipe", "pipe"] });
  running.add(child);
  const output: string[] = [];
  let errors = "";
  child.stderr.on("data", (data: Buffer) => {
    errors += data.toString();
  });
  const reader = createInterface({ input: child.stdout });
  reader.on("line", (line) => output.push(line));
  const ended = new Promise<{ code: number | null; output: string[]; errors: string }>((resolve) => {
    child.on("close", (code) => {
      running.delete(child);
      resolve({ code, output, errors });
    });
  });
  const printed = (wanted: string) =>
    new Promise<void>((resolve, reject) => {
      const look = () => output.includes(wanted) && resolve();
      look();
      reader.on("line", look);
      ended.then(() => reject(new Error(`${name} ended before it printed '${wanted}':\n${errors}`)));
    });
  return { child, printed, ended };
}
