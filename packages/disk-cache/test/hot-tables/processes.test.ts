import { type CacheEvent, valueDigest } from "@larder/core";
import { describe, expect, onTestFinished, test } from "vitest";
import { startProgram } from "../run-program.js";
import { hotCache } from "./hot-cache.js";
import { someTable } from "./some-table.js";

const rows = 4000;
const seeds = [1, 2, 3, 4];

/** The directory of a closed cache with the tables `t1` to `t4`, all cold. */
async function coldDirectory(): Promise<string> {
  const { cache, directory } = hotCache();
  for (const seed of seeds) await cache.set(`t${seed}`, someTable(rows, seed));
  await cache.close();
  return directory;
}

/** What remains of a process that has ended without closing its cache. */
const ofTheDead = ["dead-lease", "dead-use"];

async function expectSound({ cache, backend }: ReturnType<typeof hotCache>): Promise<void> {
  for (const seed of seeds) expect(valueDigest(await cache.get(`t${seed}`))).toBe(valueDigest(someTable(rows, seed)));
  const { problems } = await backend.check({ fix: true });
  expect(problems.filter(({ kind }) => !ofTheDead.includes(kind))).toEqual([]);
}

/** Two processes that read all tables by turns until so many are hot. @returns the lines they printed */
async function readByTwo(directory: string, budgetBytes: number, hotTables: number): Promise<readonly string[]> {
  const programs = [1, 2].map(() => startProgram("heat-tables", [directory, "read", String(budgetBytes)]));
  const watching = hotCache({ directory });
  const hot = async () => {
    const growths = await Promise.all(seeds.map((seed) => watching.growthOf(`t${seed}`)));
    return growths.filter((growth) => growth !== undefined).length;
  };
  const endedEarly = programs.map(async ({ ended }) => {
    const { errors } = await ended;
    throw new Error(`a process ended before its time: ${errors}`);
  });
  try {
    await Promise.race([expect.poll(hot, { timeout: 60_000 }).toBeGreaterThanOrEqual(hotTables), ...endedEarly]);
  } finally {
    for (const { child } of programs) child.stdin!.end();
  }
  const ended = await Promise.all(programs.map((program) => program.ended));
  expect(ended.map(({ code, errors }) => [code, errors])).toEqual([
    [0, ""],
    [0, ""],
  ]);
  await expectSound(watching);
  return ended.flatMap(({ output }) => output);
}

test("two processes that read the same tables make each hot once", async () => {
  const lines = await readByTwo(await coldDirectory(), Number.POSITIVE_INFINITY, seeds.length);
  const events = lines.filter((line) => line.startsWith("{"));
  const told = events.map((line) => JSON.parse(line) as CacheEvent & { key: string });
  expect(told.map(({ type, key }) => `${type} ${key}`).sort()).toEqual(seeds.map((seed) => `table-made-hot t${seed}`));
});

test("the budget holds over two processes that read more than it has room for", async () => {
  const budgetBytes = 250_000;
  const lines = await readByTwo(await coldDirectory(), budgetBytes, 2);
  const hotBytes = lines.filter((line) => line.startsWith("hot ")).map((line) => Number(line.slice("hot ".length)));
  expect(hotBytes.length).toBeGreaterThanOrEqual(2);
  expect(Math.max(...hotBytes)).toBeGreaterThan(budgetBytes / 2);
  expect(Math.max(...hotBytes)).toBeLessThanOrEqual(budgetBytes);
});

describe("a process that is killed", () => {
  test.each([
    ["before it replaces a table leaves it cold", "stop-before"],
    ["when it has replaced a table leaves it hot", "stop-after"],
  ])("%s, and others go on", async (_, what) => {
    const directory = await coldDirectory();
    const program = startProgram("heat-tables", [directory, what, "Infinity"]);
    await program.printed("stopped");
    program.child.kill("SIGKILL");
    await program.ended;
    const next = hotCache({ directory });
    const isHot = (await next.growthOf("t1")) !== undefined;
    expect(isHot).toBe(what === "stop-after");
    expect(next.files("tmp").filter((file) => file.endsWith(".blob"))).toEqual([]);
    if (!isHot) {
      await next.read("t1", 3);
      await next.told("table-made-hot", "t1");
    }
    await next.read("t2", 3);
    await next.told("table-made-hot", "t2");
    await expectSound(next);
  });
});

test("a process that has nothing else to do ends, and leaves the table as it was or hot", async () => {
  const directory = await coldDirectory();
  const { code, errors } = await startProgram("heat-tables", [directory, "end", "Infinity"]).ended;
  expect([code, errors]).toEqual([0, ""]);
  await expectSound(hotCache({ directory }));
});

test("a process that has nothing else to do ends, also when another changes tables and never is done", async () => {
  const directory = await coldDirectory();
  const busy = hotCache({ directory });
  expect(await busy.backend.acquireLease("larder:hot-tables")).toMatchObject({ granted: true });
  const program = startProgram("heat-tables", [directory, "end", "Infinity"]);
  onTestFinished(() => void program.child.kill("SIGKILL"));
  const { code, errors } = await program.ended;
  expect([code, errors]).toEqual([0, ""]);
  expect(await busy.growthOf("t1")).toBeUndefined();
}, 60_000);
