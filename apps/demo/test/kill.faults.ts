import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { newFolder, removeFolder, seededRandom } from "@larder/app-shared/testing";
import { DiskCache } from "@larder/disk-cache";
import { afterAll, describe, expect, it } from "vitest";
import { runDemo, startDemo } from "./harness/run-demo.js";
import { airportsFile } from "./harness/sample-files.js";
import { writeSmallFlights } from "./harness/small-flights.js";

const seed = Number(process.env.LARDER_FAULTS_SEED ?? 20_010_101);
const rounds = process.env.LARDER_FAULTS_LONG === undefined ? 5 : 25;
const random = seededRandom(seed);
console.log(`kill -9 in the cold act: ${rounds} rounds, seed ${seed} (LARDER_FAULTS_SEED)`);

/** What a killed process may leave: it takes up space, and nothing reads it, or waits for it. */
const explained = new Set(["left-over", "file-without-row", "row-without-file", "wrong-count", "dead-lease"]);

/** From where the time until the kill is counted: the process has started, or a node has run and is being stored. */
const moments = [
  /it runs in process/,
  /\[CACHE\] airports:/,
  /\[CACHE\] flights:/,
  /\[CACHE\] cleaned:/,
  /\[CACHE\] delays:/,
];
const longestDelayMs = 250;

describe("kill -9 in the cold act", () => {
  const folder = newFolder("kill");
  const data = join(folder, "flights.parquet");
  const pipeline = fileURLToPath(new URL("../src/flights/pipeline.ts", import.meta.url));
  const inputs = [`source=@${data}`, `airportsSource=@${airportsFile}`, "minimumFlights=1000"];
  const run = ["--json", "--pipeline", pipeline, ...inputs.flatMap((input) => ["--input", input])];
  const args = (directory: string) => [...run, "--directory", directory, "--report", join(folder, "report.html")];
  let answer: unknown;

  afterAll(() => removeFolder(folder));

  it("is preceded by a run that nobody disturbs", async () => {
    await writeSmallFlights(data, 1_000_000, random);
    const { stdout, stderr, exitCode } = await runDemo(args(join(folder, "undisturbed")), folder);
    expect(exitCode, stderr).toBe(0);
    ({ answer } = JSON.parse(stdout));
  });

  for (let round = 1; round <= rounds; round++) {
    const victim = round % 3 === 0 ? "the demo itself" : "the act";
    it(`leaves a cache that is sound and gives the right answer (round ${round}: ${victim} is killed)`, async () => {
      const directory = join(folder, `round-${round}`);
      const moment = moments[Math.floor(random() * moments.length)]!;
      const delayMs = Math.floor(random() ** 2 * longestDelayMs);
      const killed = await killedRun(directory, victim === "the act", moment, delayMs);
      const unfinished = filesIn(directory, "tmp").length;
      const left = await problemsIn(directory);
      console.log(
        `round ${round}: ${delayMs} ms after ${moment}, ${killed}; unfinished files: ${unfinished}; check names: ${left.join(", ") || "nothing"}`,
      );
      expect(left.filter((kind) => !explained.has(kind))).toEqual([]);
      const { stdout, stderr, exitCode } = await runDemo(args(directory), folder);
      expect(exitCode, stderr).toBe(0);
      expect(JSON.parse(stdout).answer).toEqual(answer);
      expect((await problemsIn(directory)).filter((kind) => !explained.has(kind))).toEqual([]);
      removeFolder(directory);
    });
  }

  async function killedRun(directory: string, killAct: boolean, moment: RegExp, delayMs: number): Promise<string> {
    const demo = startDemo(args(directory), folder);
    const [, processId] = await demo.seen(/it runs in process (\d+)/);
    await demo.seen(moment);
    // The fault itself: the kill comes at a moment that follows from the seed, wherever the act is then.
    const timer = setTimeout(() => kill(killAct ? Number(processId) : demo.child.pid!), delayMs);
    const { exitCode, signal, stderr } = await demo.finished;
    clearTimeout(timer);
    // It may have come to its end before its time was up.
    if (exitCode === 0) return "too late";
    expect(stderr).not.toMatch(/\n\s+at /);
    if (!killAct) {
      expect(signal).toBe("SIGKILL");
      await gone(Number(processId));
      return "in time, and the act ended by itself";
    }
    expect(exitCode).toBe(1);
    expect(stderr).toMatch(/The process of this act \(\d+\) ended by SIGKILL/);
    return "in time";
  }
});

function kill(processId: number): void {
  try {
    process.kill(processId, "SIGKILL");
  } catch {
    // It has just ended by itself.
  }
}

/** Waits until a process that is not our child has ended, asking the system anew at each turn of the event loop. */
async function gone(processId: number): Promise<void> {
  const until = performance.now() + 60_000;
  for (;;) {
    try {
      process.kill(processId, 0);
    } catch {
      return;
    }
    if (performance.now() > until) throw new Error(`Process ${processId} outlives the demo that started it.`);
    await new Promise((resolve) => setImmediate(resolve));
  }
}

/** The problems `check` names, by kind; fails when there is a file that it neither counts as sound nor names. */
async function problemsIn(directory: string): Promise<string[]> {
  const cache = new DiskCache({ directory });
  try {
    const { problems, files } = await cache.check();
    const named = (kinds: readonly string[]) => problems.filter((problem) => kinds.includes(problem.kind)).length;
    const stored = [...filesIn(directory, "blobs"), ...filesIn(directory, "tables")];
    expect(stored.length, stored.join()).toBe(files + named(["file-without-row", "file-damaged"]));
    // What a dead process left in tmp/ is swept when the directory is opened, or named; our own files bear our id.
    const unfinished = filesIn(directory, "tmp").filter((name) => !name.includes(`-${process.pid}-`));
    expect(unfinished.length, unfinished.join()).toBe(named(["left-over"]));
    return problems.map((problem) => problem.kind);
  } finally {
    await cache.close();
  }
}

function filesIn(directory: string, folder: string): string[] {
  const path = join(directory, folder);
  if (!existsSync(path)) return [];
  return readdirSync(path, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => entry.name);
}
