import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { FuzzReport } from "./fuzz-report.js";

/** One case may take this long; the whole process is slow at times, a case is not. */
const caseMs = 20_000;

/**
 * Reads changed files in a process of its own, whose death or standstill is told with the number of the case.
 *
 * @param program the bundled program
 * @param folder of the pool
 * @param cases first, and the one after the last
 */
export async function runFuzz(
  program: string,
  folder: string,
  seed: number,
  cases: readonly [first: number, end: number],
): Promise<FuzzReport> {
  const progress = join(folder, "progress");
  const current = (): string => {
    try {
      return readFileSync(progress, "utf8").trim();
    } catch {
      return "before the first";
    }
  };
  const args = ["--max-old-space-size=512", program, folder, progress, String(seed), ...cases.map(String)];
  const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "pipe"] });
  let [output, errors, stoodStillAt] = ["", "", ""];
  child.stdout.on("data", (data: Buffer) => {
    output += data;
  });
  child.stderr.on("data", (data: Buffer) => {
    errors += data;
  });
  let [last, since] = [current(), performance.now()];
  const watch = setInterval(() => {
    const now = current();
    if (now !== last) [last, since] = [now, performance.now()];
    else if (performance.now() - since > caseMs) {
      stoodStillAt = now;
      child.kill("SIGKILL");
    }
  }, 500);
  const [code, signal] = await new Promise<[number | null, string | null]>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (...end) => resolve(end));
  });
  clearInterval(watch);
  if (stoodStillAt) throw new Error(`Case ${stoodStillAt} of seed ${seed} took more than ${caseMs} ms.`);
  if (code !== 0)
    throw new Error(`The process ended with ${code ?? signal} in case ${current()} of seed ${seed}: ${errors}`);
  return JSON.parse(output) as FuzzReport;
}
