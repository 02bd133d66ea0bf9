import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { valueDigest } from "@larder/core";
import { describe, expect, test } from "vitest";
import { hotCache } from "./hot-cache.js";
import { someTable } from "./some-table.js";

const rows = 4000;
const seeds = [1, 2, 3, 4];

/** What one of the tables takes more when it is hot. */
async function growthOfOne(): Promise<number> {
  const { cache, read, told, growthOf } = hotCache();
  await cache.set("one", someTable(rows));
  await read("one", 3);
  await told("table-made-hot");
  return (await growthOf("one"))!;
}

/** A cache with room for so many of its tables to be hot, and the tables `t1` to `t4`. */
async function withRoomFor(count: number) {
  const budgetBytes = Math.floor((count + 0.5) * (await growthOfOne()));
  const disk = hotCache({ hotTables: { budgetBytes } });
  for (const seed of seeds) await disk.cache.set(`t${seed}`, someTable(rows, seed));
  /** The tables that are hot; what they take more is within the budget. */
  const hot = async () => {
    const names: string[] = [];
    let bytes = 0;
    for (const seed of seeds) {
      const growth = await disk.growthOf(`t${seed}`);
      if (growth === undefined) continue;
      names.push(`t${seed}`);
      bytes += growth;
    }
    expect(bytes).toBeLessThanOrEqual(budgetBytes);
    return names;
  };
  const makeHot = async (name: string) => {
    const before = disk.events.filter((event) => event.type === "table-made-hot" && event.key === name).length;
    await disk.read(name, 3);
    await disk.told("table-made-hot", name, before + 1);
  };
  return { ...disk, budgetBytes, hot, makeHot };
}

describe("what tables made hot take more than before stays within the budget:", () => {
  test("the one read longest ago is made cold first, with its value and its record", async () => {
    const { cache, read, makeHot, hot, recordOf, events, backend } = await withRoomFor(2);
    const before = await recordOf("t2");
    await makeHot("t1");
    await makeHot("t2");
    await read("t1");
    await makeHot("t3");
    expect(await hot()).toEqual(["t1", "t3"]);
    expect(events.filter(({ type }) => type === "table-made-cold")).toMatchObject([{ key: "t2" }]);
    // The same table in the same profile; not byte for byte the same file.
    const { byteLength: _, checksum: __, ...after } = (await recordOf("t2"))!;
    expect(before).toMatchObject(after);
    expect(after.details).toEqual({ rows, columns: 5, profile: "cold" });
    await makeHot("t4");
    expect(await hot()).toEqual(["t3", "t4"]);
    for (const seed of seeds) expect(valueDigest(await cache.get(`t${seed}`))).toBe(valueDigest(someTable(rows, seed)));
    expect((await backend.check()).problems).toEqual([]);
  });

  test("those that are read as often meanwhile stay hot, and nothing is done", async () => {
    const { read, makeHot, hot, told, events } = await withRoomFor(1);
    await makeHot("t1");
    await read("t2", 2);
    await read("t1");
    await read("t2");
    await read("t3", 2);
    await read("t1");
    await read("t3");
    // One that is not asked for by anybody meanwhile would go.
    await makeHot("t4");
    await told("table-made-cold", "t1");
    expect(await hot()).toEqual(["t4"]);
    expect(events.filter(({ type }) => type.startsWith("table-made"))).toMatchObject([
      { type: "table-made-hot", key: "t1" },
      { type: "table-made-cold", key: "t1" },
      { type: "table-made-hot", key: "t4" },
    ]);
  });

  test("one that is deleted or stored anew takes nothing of it", async () => {
    const { cache, makeHot, hot, events } = await withRoomFor(2);
    await makeHot("t1");
    await makeHot("t2");
    await cache.delete("t1");
    await cache.set("t2", someTable(rows, 2));
    await makeHot("t3");
    await makeHot("t4");
    expect(await hot()).toEqual(["t3", "t4"]);
    expect(events.filter(({ type }) => type === "table-made-cold")).toEqual([]);
  });

  test.each([
    ["is gone", (file: string) => rmSync(file)],
    ["is damaged", (file: string) => writeFileSync(file, "{")],
    ["is of another version", (file: string) => writeFileSync(file, '{"version":2,"tables":[]}')],
    ["has something else in it", (file: string) => writeFileSync(file, '{"version":1,"tables":[{"key":1}]}')],
    ["has one that is not hot", (file: string) => writeFileSync(file, wrongList)],
  ])("also when the list of them %s", async (what, harm) => {
    const { directory, makeHot, hot, events } = await withRoomFor(2);
    await makeHot("t1");
    await makeHot("t2");
    harm(join(directory, "hot-tables.json"));
    await makeHot("t3");
    if (what !== "has one that is not hot") expect(await hot()).toHaveLength(2);
    expect(events.filter(({ type }) => type === "warning")).toEqual([]);
  });

  test("of nothing: no table becomes hot", async () => {
    const disk = hotCache({ hotTables: { budgetBytes: 0 } });
    const unlimited = hotCache();
    for (const { cache } of [disk, unlimited]) await cache.set("table", someTable(rows));
    await disk.read("table", 9);
    await unlimited.read("table", 3);
    await unlimited.told("table-made-hot");
    expect(await disk.growthOf("table")).toBeUndefined();
  });
});

/** Tables that the list has, and that are not hot, are no hindrance. */
const wrongList = JSON.stringify({
  version: 1,
  tables: [{ key: "t4", coldBytes: 0, hotBytes: 1e12, usedAt: 1_800_000_000_000 }],
});

test("two caches that make tables hot at the same time keep the budget: one waits for the other", async () => {
  const { directory, budgetBytes, time, backend, makeHot, hot } = await withRoomFor(1);
  const other = hotCache({ directory, hotTables: { budgetBytes } });
  const otherWaits = new Promise<void>((resolve) => {
    other.backend.refused = resolve;
    // It does not wait.
    other.backend.meddle = () => resolve();
  });
  backend.meddle = async () => {
    other.time.now = time.now + 1;
    await other.read("t2", 3);
    await otherWaits;
  };
  await makeHot("t1");
  await other.told("table-made-hot", "t2");
  expect(await hot()).toEqual(["t2"]);
  expect(other.events.filter(({ type }) => type.startsWith("table-made"))).toMatchObject([
    { type: "table-made-cold", key: "t1" },
    { type: "table-made-hot", key: "t2" },
  ]);
});

test("nothing is evicted to make a table hot", async () => {
  const first = hotCache();
  for (const seed of seeds) await first.cache.set(`t${seed}`, someTable(rows, seed));
  const { sizeBytes } = await first.backend.volume();
  const { directory } = first;
  await first.cache.close();
  const tight = hotCache({ directory, sizeLimitBytes: sizeBytes + 60_000 });
  await tight.read("t1", 9);
  await tight.cache.set("small", someTable(10));
  await tight.read("small", 3);
  await tight.told("table-made-hot", "small");
  expect(tight.events.filter(({ type }) => type === "evict")).toEqual([]);
  for (const seed of seeds) expect(await tight.growthOf(`t${seed}`)).toBeUndefined();
  expect(tight.events.filter(({ type }) => type === "warning")).toEqual([]);
  // What was written of those that were given up is gone.
  await tight.cache.close();
  expect(tight.files("tmp")).toEqual([]);
});

test("who reads what is told to others when the cache is closed", async () => {
  const { directory, read, makeHot, cache, budgetBytes, time } = await withRoomFor(2);
  await makeHot("t1");
  await makeHot("t2");
  await read("t1");
  await cache.close();
  const next = hotCache({ directory, hotTables: { budgetBytes } });
  next.time.now = time.now + 1000;
  await next.read("t3", 3);
  await next.told("table-made-hot", "t3");
  expect(next.events.filter(({ type }) => type === "table-made-cold")).toMatchObject([{ key: "t2" }]);
});
