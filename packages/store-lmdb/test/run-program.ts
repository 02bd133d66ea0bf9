import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

/** A test program in a process of its own. */
export interface Program {
  readonly child: ChildProcess;
  /** Exit code or signal, and everything it printed. */
  readonly ended: Promise<{ code: number | null; signal: string | null; output: readonly string[]; errors: string }>;
}

/** Around a program: a command of the shell that runs before it, or a command with its arguments that runs it. */
export type Around = string | { readonly wrapper: readonly string[] };

/** Starts `test/programs/<name>.ts` on the sources, with arguments it finds in `process.argv` from 2. */
export function startProgram(name: string, args: readonly string[], around: Around = ":"): Program {
  const file = fileURLToPath(new URL(`./programs/${name}.ts`, import.meta.url));
  const node = ["--conditions=larder-source", "--import", "tsx", file, ...args];
  const wrapper = typeof around === "string" ? ["sh", "-c", `${around}; exec "$@"`, "sh"] : around.wrapper;
  const command = [...(around === ":" ? [] : wrapper), process.execPath, ...node];
  const child = spawn(command[0]!, command.slice(1), { stdio: ["pipe", "pipe", "pipe"] });
  const output: string[] = [];
  let errors = "";
  child.stderr!.on("data", (data: Buffer) => {
    errors += data.toString();
  });
  const reader = createInterface({ input: child.stdout! });
  reader.on("line", (line) => output.push(line));
  const ended = new Promise<{ code: number | null; signal: string | null; output: string[]; errors: string }>(
    (resolve) => {
      child.on("close", (code, signal) => resolve({ code, signal, output, errors }));
    },
  );
  return { child, ended };
}

/** Runs a program to its end, which must be a good one. */
export async function runProgram(name: string, args: readonly string[], around?: Around): Promise<readonly string[]> {
  const { code, signal, output, errors } = await startProgram(name, args, around).ended;
  if (code !== 0) throw new Error(`${name} ended with ${code ?? signal}:\n${output.slice(-20).join("\n")}\n${errors}`);
  return output;
}
