import { type CacheEvent, valueDigest } from "@larder/core";
import { describe, expect, test } from "vitest";
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

test("two processes that read the same tables make each hot once", async () => {
  const directory = await coldDirectory();
  const programs = [1, 2].map(() => startProgram("heat-tables", [directory, "read", "Infinity"]));
  await Promise.all(programs.map((program) => program.printed("reading")));
  const watching = hotCache({ directory });
  for (const seed of seeds) {
    await expect.poll(() => watching.growthOf(`t${seed}`), { timeout: 60_000 }).toBeGreaterThan(0);
  }
  for (const { child } of programs) child.stdin!.end("over\n");
  const ended = await Promise.all(programs.map((program) => program.ended));
  expect(ended.map(({ code, errors }) => [code, errors])).toEqual([
    [0, ""],
    [0, ""],
  ]);
  const events = ended.flatMap(({ output }) => output.filter((line) => line.startsWith("{")));
  const told = events.map((line) => JSON.parse(line) as CacheEvent & { key: string });
  expect(told.map(({ type, key }) => `${type} ${key}`).sort()).toEqual(seeds.map((seed) => `table-made-hot t${seed}`));
  await expectSound(watching);
});

test("the budget holds over two processes that read more than it has room for", async () => {
  const directory = await coldDirectory();
  const budgetBytes = 250_000;
  const programs = [1, 2].map(() => startProgram("heat-tables", [directory, "read", String(budgetBytes)]));
  await Promise.all(programs.map((program) => program.printed("reading")));
  const watching = hotCache({ directory });
  const hotBytes = () =>
    watching.backend.transaction((view) => {
      let bytes = 0;
      for (const seed of seeds) {
        const record = view.record(`t${seed}`)!;
        const coldBytes = record.details?.coldBytes as number | undefined;
        if (coldBytes !== undefined) bytes += record.byteLength - coldBytes;
      }
      return bytes;
    });
  let most = 0;
  while (most < budgetBytes / 2) most = Math.max(most, await hotBytes());
  for (let i = 0; i < 200; i++) most = Math.max(most, await hotBytes());
  for (const { child } of programs) child.stdin!.end("over\n");
  expect((await Promise.all(programs.map((program) => program.ended))).map(({ code }) => code)).toEqual([0, 0]);
  expect(most).toBeLessThanOrEqual(budgetBytes);
  await expectSound(watching);
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
