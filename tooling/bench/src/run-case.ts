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
export function runCase<Output = CaseOutput>(name: string, options: object, run: RunOptions = {}): Promise<Output> {
  run.signal?.throwIfAborted();
  const program = fileURLToPath(new URL(`../cases/${name}.mjs`, import.meta.url));
  return new Promise((resolve, reject) => {
    // Nothing of ours is to be loaded in another way than a user loads it.
    const env = { ...process.env, NODE_OPTIONS: "", NODE_ENV: "production" };
    const args = ["--expose-gc", ...(run.nodeArguments ?? []), program, JSON.stringify(options)];
    const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "pipe"], env });
    const stop = () => child.kill("SIGKILL");
    run.signal?.addEventListener("abort", stop);
    const out: Buffer[] = [];
    const errors: Buffer[] = [];
    child.stdout.on("data", (part: Buffer) => out.push(part));
    child.stderr.on("data", (part: Buffer) => errors.push(part));
    child.on("error", reject);
    child.on("close", (code, signal) => {
      run.signal?.removeEventListener("abort", stop);
      if (run.signal?.aborted) return reject(run.signal.reason);
      const text = Buffer.concat(out).toString("utf8");
      const last = text.trimEnd().split("\n").at(-1) ?? "";
      if (code === 0) return resolve(JSON.parse(last) as Output);
      const output = `${text}${Buffer.concat(errors).toString("utf8")}`;
      reject(new Error(`${name}.mjs ${JSON.stringify(options)} ended with ${signal ?? code}:\n${output}`));
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
