import { spawn } from "node:child_process";

/** How a program ended. */
export interface ProgramOutcome {
  /** undefined when a signal ended it */
  readonly code: number | undefined;
  /** stdout and stderr, as they came. */
  readonly output: string;
  readonly stdout: string;
}

/** Runs a program to its end, its input empty. Rejects when it can't be started. */
export function runProgram(
  program: string,
  args: readonly string[],
  options: { readonly cwd: string; readonly env?: NodeJS.ProcessEnv },
): Promise<ProgramOutcome> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      cwd: options.cwd,
      env: options.env ?? process.env,
      shell: process.platform === "win32",
      stdio: ["ignore", "pipe", "pipe"],
    });
    const all: Buffer[] = [];
    const out: Buffer[] = [];
    child.stdout.on("data", (part: Buffer) => {
      all.push(part);
      out.push(part);
    });
    child.stderr.on("data", (part: Buffer) => all.push(part));
    child.on("error", reject);
    child.on("close", (code) => {
      const text = (parts: Buffer[]) => Buffer.concat(parts).toString("utf8");
      resolve({ code: code ?? undefined, output: text(all), stdout: text(out) });
    });
  });
}

/** The same, throwing an Error with the output unless it ends with exit code 0. Returns stdout. */
export async function runSoundly(...[program, args, options]: Parameters<typeof runProgram>): Promise<string> {
  const { code, output, stdout } = await runProgram(program, args, options);
  if (code !== 0) throw new Error(`${program} ${args.join(" ")} ended with ${code ?? "a signal"}:\n${output}`);
  return stdout;
}
