import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

/** A test program in a process of its own. */
export interface Program {
  readonly child: ChildProcess;
  /** Resolves once it has printed such a line; rejects when it ends before. */
  printed(line: string): Promise<void>;
  /** Exit code or signal, and everything it printed. */
  readonly ended: Promise<{ code: number | null; signal: string | null; output: readonly string[]; errors: string }>;
}

/** Starts `test/programs/<name>.ts` on the sources, with arguments it finds in `process.argv` from 2. */
export function startProgram(name: string, args: readonly string[]): Program {
  const file = fileURLToPath(new URL(`./programs/${name}.ts`, import.meta.url));
  const node = ["--conditions=larder-source", "--import", "tsx", file, ...args];
  const child = spawn(process.execPath, node, { stdio: ["pipe", "pipe", "pipe"] });
  const output: string[] = [];
  const waiting = new Set<() => void>();
  let errors = "";
  child.stderr.on("data", (data: Buffer) => {
    errors += data.toString();
  });
  const tell = () => {
    for (const look of waiting) look();
  };
  createInterface({ input: child.stdout }).on("line", (line) => {
    output.push(line);
    tell();
  });
  let isOver = false;
  const ended = new Promise<{ code: number | null; signal: string | null; output: string[]; errors: string }>(
    (resolve) => {
      child.on("close", (code, signal) => {
        isOver = true;
        tell();
        resolve({ code, signal, output, errors });
      });
    },
  );
  return {
    child,
    ended,
    printed: (line) =>
      new Promise((resolve, reject) => {
        const look = () => {
          if (!output.includes(line) && !isOver) return;
          waiting.delete(look);
          if (output.includes(line)) resolve();
          else reject(new Error(`${name} ended without '${line}':\n${output.join("\n")}\n${errors}`));
        };
        waiting.add(look);
        look();
      }),
  };
}

/** Runs a program to its end, which must be a good one. */
export async function runProgram(name: string, args: readonly string[]): Promise<readonly string[]> {
  const { code, signal, output, errors } = await startProgram(name, args).ended;
  if (code !== 0) throw new Error(`${name} ended with ${code ?? signal}:\n${output.slice(-20).join("\n")}\n${errors}`);
  return output;
}
