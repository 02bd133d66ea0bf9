import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** What a case program prints: figures by contender, and the most memory it held. */
export interface CaseOutput {
  readonly samples: Readonly<Record<string, readonly number[]>>;
  readonly peakMegabytes: number;
}

/** How a program is run. */
export interface RunOptions {
  /** Stops the program when it is aborted; its reason is thrown, once the program has ended. */
  readonly signal?: AbortSignal;
  /** Arguments of Node itself. */
  readonly nodeArguments?: readonly string[];
}

/**
 * Runs a program of `cases/` in a fresh process of plain Node, as a user would run built code. Throws an Error with its
 * output when it fails.
 *
 * @param name - file in cases/, without its ending
 * @param options - handed to the program as JSON
 */
export async function runCase<Output = CaseOutput>(
  name: string,
  options: object,
  { signal, nodeArguments = [] }: RunOptions = {},
): Promise<Output> {
  const program = fileURLToPath(new URL(`../cases/${name}.mjs`, import.meta.url));
  const json = JSON.stringify(options);
  const { text } = await runProgram(`${name}.mjs ${json}`, ["--expose-gc", ...nodeArguments, program, json], {
    env: { NODE_ENV: "production" },
    ...(signal === undefined ? {} : { signal }),
  });
  return JSON.parse(text.trimEnd().split("\n").at(-1) ?? "") as Output;
}

/**
 * Runs a program in a fresh process of plain Node, and collects what it prints. Throws an Error with its output when it
 * fails.
 *
 * @param what - what the error names it by
 * @param args - arguments of Node: the program's file, and its own
 */
export function runProgram(
  what: string,
  args: readonly string[],
  options: {
    readonly cwd?: string;
    /** Variables beside those of this process. */
    readonly env?: Readonly<Record<string, string>>;
    readonly signal?: AbortSignal;
  } = {},
): Promise<{ readonly text: string; readonly seconds: number }> {
  const { cwd, signal } = options;
  signal?.throwIfAborted();
  return new Promise((resolve, reject) => {
    // Nothing of ours is to be loaded in another way than a user loads it.
    const env = { ...process.env, NODE_OPTIONS: "", ...options.env };
    const started = performance.now();
    const child = spawn(process.execPath, args, { cwd, stdio: ["ignore", "pipe", "pipe"], env });
    const stop = () => child.kill("SIGKILL");
    signal?.addEventListener("abort", stop);
    const out: Buffer[] = [];
    const errors: Buffer[] = [];
    child.stdout.on("data", (part: Buffer) => out.push(part));
    child.stderr.on("data", (part: Buffer) => errors.push(part));
    child.on("error", reject);
    child.on("close", (code, killedBy) => {
      const seconds = (performance.now() - started) / 1000;
      signal?.removeEventListener("abort", stop);
      if (signal?.aborted) return reject(signal.reason);
      const text = Buffer.concat(out).toString("utf8");
      if (code === 0) return resolve({ text, seconds });
      const output = `${text}${Buffer.concat(errors).toString("utf8")}`;
      reject(new Error(`${what} ended with ${killedBy ?? code}:\n${output}`));
    });
  });
}

/**
 * Runs contenders in turn, each in a fresh process every time (A B C A B C …), so that a change in the machine's mood
 * meets them all.
 *
 * @returns figures by contender, and the most memory that "ours" held
 */
export async function interleave(
  runs: number,
  contenders: Readonly<Record<string, () => Promise<CaseOutput>>>,
): Promise<CaseOutput> {
  const samples: Record<string, number[]> = {};
  let peakMegabytes = 0;
  for (let run = 0; run < runs; run += 1) {
    for (const [name, start] of Object.entries(contenders)) {
      const output = await start();
      const figures = Object.values(output.samples).flat();
      samples[name] = [...(samples[name] ?? []), ...figures];
      if (name === "ours") peakMegabytes = Math.max(peakMegabytes, output.peakMegabytes);
    }
  }
  return { samples, peakMegabytes };
}

/** Gives a fresh folder to `work`, and removes it afterwards. */
export async function withFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const { folder, remove } = temporaryFolder();
  try {
    return await work(folder);
  } finally {
    remove();
  }
}

/** A fresh folder, to be removed by who asked for it. */
export function temporaryFolder(): { readonly folder: string; readonly remove: () => void } {
  const folder = mkdtempSync(join(tmpdir(), "larder-bench-"));
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) };
}
