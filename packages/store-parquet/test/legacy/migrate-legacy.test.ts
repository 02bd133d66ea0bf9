import { existsSync, readFileSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Cache, LarderError, MemoryCache, valueDigest } from "@larder/core";
import {
  CacheManager,
  cacheTarget,
  fileLegacyReader,
  hdf5LegacyReader,
  type LegacyItem,
  type LegacyReader,
  type MigrateLegacyOptions,
  type MigrationTarget,
  migrateLegacy,
  parquetCodec,
} from "@larder/store-parquet";
import { type Table, tableFromArrays } from "apache-arrow";
import { describe, expect, onTestFinished, test } from "vitest";
import { fixture, folderOf } from "./support/fixtures.js";

const files = { "a.csv": "x\n1\n2\n", "b.json": '[{"x": 1.5, "t": "ż"}]', "c.csv": "day\n2024-02-29\n\n" };

function newCache(): Cache {
  const cache = new Cache({ backend: new MemoryCache(), codecs: [parquetCodec()] });
  onTestFinished(() => cache.close());
  return cache;
}

/** Items are keys. */
const targetOf = (cache: Cache): MigrationTarget => cacheTarget(cache, (item) => item);

/** The outcome of a run over a folder, and the cache it went to. */
async function migrate(folder: string, options: Partial<MigrateLegacyOptions> = {}, cache = newCache()) {
  const report = await migrateLegacy({ readers: [fileLegacyReader(folder)], target: targetOf(cache), ...options });
  return { report, cache };
}

const nothing = { migrated: 0, present: 0, pending: 0, failed: [], bytes: 0, removed: [], kept: [], stopped: false };
const names = Object.keys(files);
const contents = (folder: string) =>
  names.map((name) => existsSync(join(folder, name)) && readFileSync(join(folder, name), "utf8"));
const untouched = Object.values(files);

describe("a migration", () => {
  test("stores every table of the readers, and leaves the originals as they are", async () => {
    const folder = folderOf(files);
    const h5 = join(folderOf({ "all.h5": fixture("h5py-latest.h5") }), "all.h5");
    const readers = [fileLegacyReader(folder), hdf5LegacyReader(h5)];
    const { report, cache } = await migrate(folder, { readers });
    const bytes = untouched.reduce((sum, text) => sum + Buffer.byteLength(text), fixture("h5py-latest.h5").length);
    expect(report).toEqual({ ...nothing, migrated: 4, bytes });
    for (const [reader, item] of [
      [0, "a"],
      [0, "b"],
      [0, "c"],
      [1, "t"],
    ] as const) {
      expect(valueDigest(await cache.get(item))).toBe(valueDigest(await readers[reader]!.read(item)));
    }
    expect(contents(folder)).toEqual(untouched);
  });

  test("goes where a CacheManager finds it", async () => {
    const cache = newCache();
    const reader = fileLegacyReader(folderOf({ "50% {a}.csv": "x\n1\n" }));
    const { migrated } = await migrateLegacy({ readers: [reader], target: cacheTarget(cache) });
    expect(migrated).toBe(1);
    const found = await new CacheManager({ cache }).get("50% {a}");
    expect((await found!.toArrow()).numRows).toBe(1);
    await found!.close();
  });

  test("that is run again passes over what it stored", async () => {
    const folder = folderOf(files);
    const { cache } = await migrate(folder);
    const sets: string[] = [];
    const target = targetOf(cache);
    const write = (item: string, table: Table): Promise<unknown> => {
      sets.push(item);
      return target.write(item, table);
    };
    const watched = { ...target, write };
    expect((await migrate(folder, { target: watched })).report).toEqual({ ...nothing, present: 3 });
    await cache.delete("b");
    expect((await migrate(folder, { target: watched })).report).toMatchObject({ migrated: 1, present: 2 });
    expect(sets).toEqual(["b"]);
  });

  test("tells of each item as it goes", async () => {
    const folder = folderOf({ ...files, "b.json": "{" });
    const seen: unknown[] = [];
    await migrate(folder, { onProgress: ({ item, outcome, done, total }) => seen.push([item, outcome, done, total]) });
    expect(seen).toEqual([
      ["a", "migrated", 1, 3],
      ["b", "failed", 2, 3],
      ["c", "migrated", 3, 3],
    ]);
  });

  test("goes on after an item that can't be read, and says why", async () => {
    const { report, cache } = await migrate(folderOf({ ...files, "b.json": '[{"x": ' }));
    expect(report).toMatchObject({ migrated: 2, failed: [{ item: "b" }] });
    expect(report.failed[0]!.origin).toMatch(/b\.json$/);
    expect(report.failed[0]!.reason).toContain("not JSON");
    expect(await cache.get("b")).toBeUndefined();
  });

  test("goes on after a reader that can't list its items", async () => {
    const folder = folderOf(files);
    const readers = [fileLegacyReader(join(folder, "gone")), fileLegacyReader(folder)];
    expect((await migrate(folder, { readers })).report).toMatchObject({
      migrated: 3,
      failed: [{ item: "", origin: "files" }],
    });
  });

  test("leaves alone what the cache holds under the same name, when it differs", async () => {
    const cache = newCache();
    const newer = tableFromArrays({ x: Int32Array.of(7) });
    await cache.set("a", newer);
    await cache.set("c", "no table at all");
    const { report } = await migrate(folderOf(files), { removeOriginals: true }, cache);
    expect(report).toMatchObject({ migrated: 1, failed: [{ item: "a" }, { item: "c" }] });
    expect(report.failed[0]!.reason).toContain("another table");
    expect(valueDigest(await cache.get("a"))).toBe(valueDigest(newer));
    expect(await cache.get("c")).toBe("no table at all");
  });

  test("takes of two items of one name that of the first reader", async () => {
    const [first, second] = [folderOf({ "a.csv": "x\n1\n" }), folderOf({ "a.csv": "x\n2\n" })];
    const readers = [fileLegacyReader(first), fileLegacyReader(second)];
    const { report, cache } = await migrate(first, { readers });
    expect(report).toMatchObject({ migrated: 1, failed: [{ item: "a", origin: join(second, "a.csv") }] });
    expect((await cache.get<Table>("a"))!.getChild("x")!.get(0)).toBe(1n);
  });

  test("in a dry run reads everything and stores and removes nothing", async () => {
    const folder = folderOf({ ...files, "bad.json": "{" });
    const { report, cache } = await migrate(folder, { dryRun: true, removeOriginals: true });
    expect(report).toMatchObject({ ...nothing, pending: 3, failed: [{ item: "bad" }] });
    expect((await cache.stats()).sets).toBe(0);
    expect(contents(folder)).toEqual(untouched);
  });

  test("stops at the signal after the item at hand, with every original in place", async () => {
    const folder = folderOf(files);
    const stop = new AbortController();
    const onProgress = () => stop.abort();
    const { report, cache } = await migrate(folder, { signal: stop.signal, removeOriginals: true, onProgress });
    expect(report).toMatchObject({ migrated: 1, removed: [], kept: [], stopped: true });
    expect(await cache.get("a")).toBeDefined();
    expect(await cache.get("b")).toBeUndefined();
    expect(contents(folder)).toEqual(untouched);
    const again = await migrate(folder, {}, cache);
    expect(again.report).toMatchObject({ migrated: 2, present: 1, stopped: false });
  });

  test("does nothing when the signal came before", async () => {
    const { report } = await migrate(folderOf(files), { signal: AbortSignal.abort(), removeOriginals: true });
    expect(report).toEqual({ ...nothing, stopped: true });
  });

  test("keeps all originals when the signal comes with the last item", async () => {
    const folder = folderOf(files);
    const stop = new AbortController();
    const onProgress = ({ done, total }: { done: number; total: number }) => {
      if (done === total) stop.abort();
    };
    const { report } = await migrate(folder, { signal: stop.signal, removeOriginals: true, onProgress });
    expect(report).toMatchObject({ migrated: 3, removed: [], stopped: true });
    expect(contents(folder)).toEqual(untouched);
  });
});

describe("a copy", () => {
  /** A target whose copies are not what was written. */
  function badTarget(copy: (table: Table) => unknown): MigrationTarget & { readonly stored: Map<string, unknown> } {
    const stored = new Map<string, unknown>();
    return {
      stored,
      write: async (item, table) => stored.set(item, copy(table)),
      readStored: async (item) => {
        const found = stored.get(item);
        if (found instanceof Error) throw found;
        return found;
      },
      discard: async (item) => stored.delete(item),
    };
  }

  test.each([
    ["differs in one value", () => tableFromArrays({ x: BigInt64Array.of(1n, 3n) }), "differs"],
    ["has another type", () => tableFromArrays({ x: Int32Array.of(1, 2) }), "differs"],
    [
      "has another name",
      (table: Table) => table.select([]).assign(tableFromArrays({ y: BigInt64Array.of(1n, 2n) })),
      "differs",
    ],
    ["has one row less", (table: Table) => table.slice(1), "differs"],
    ["is something else", () => ({ not: "a table" }), "differs"],
    ["has no digest", () => () => {}, "differs"],
    ["is lost", () => undefined, "not there"],
    ["can't be read", () => new LarderError("It is damaged.", { code: "damaged-blob" }), "It is damaged."],
  ])("that %s is discarded, not counted, and its original kept", async (_, copy, words) => {
    const folder = folderOf({ "a.csv": files["a.csv"] });
    const target = badTarget(copy);
    const { report } = await migrate(folder, { target, removeOriginals: true });
    expect(report).toMatchObject({ migrated: 0, bytes: 0, removed: [], failed: [{ item: "a" }] });
    expect(report.failed[0]!.reason).toContain(words);
    expect(report.kept).toEqual([{ file: join(folder, "a.csv"), reason: '"a" in it was not migrated.' }]);
    expect(target.stored.size).toBe(0);
    expect(existsSync(join(folder, "a.csv"))).toBe(true);
  });

  test("that a cache does not take is a failure", async () => {
    const cache = new Cache({ backend: new MemoryCache() });
    const { report } = await migrate(folderOf({ "a.csv": files["a.csv"] }), { removeOriginals: true }, cache);
    expect(report).toMatchObject({ migrated: 0, removed: [], failed: [{ item: "a" }] });
  });
});

describe("originals", () => {
  test("are removed when asked for, each after its copy was verified", async () => {
    const folder = folderOf(files);
    const { report, cache } = await migrate(folder, { removeOriginals: true });
    expect(report).toMatchObject({ migrated: 3, removed: names.map((name) => join(folder, name)), kept: [] });
    expect(names.some((name) => existsSync(join(folder, name)))).toBe(false);
    expect((await cache.get<Table>("a"))!.numRows).toBe(2);
  });

  test("are all in place while a copy is still to be verified", async () => {
    const folder = folderOf(files);
    const target = targetOf(newCache());
    const seen: unknown[] = [];
    const readStored = (item: string): Promise<unknown> => {
      seen.push(contents(folder));
      return target.readStored(item);
    };
    const watched: MigrationTarget = { ...target, readStored };
    await migrate(folder, { target: watched, removeOriginals: true });
    expect(seen).toEqual(Array.from({ length: 6 }, () => untouched));
  });

  test("of items stored by an earlier run are removed too", async () => {
    const folder = folderOf(files);
    const { cache } = await migrate(folder);
    const { report } = await migrate(folder, { removeOriginals: true }, cache);
    expect(report).toMatchObject({ present: 3, removed: names.map((name) => join(folder, name)) });
  });

  test("that were changed since they were read are kept", async () => {
    const folder = folderOf(files);
    const onProgress = ({ item }: { item: string }) => {
      if (item === "a") writeFileSync(join(folder, "a.csv"), "x\n9\n9\n");
      if (item === "b") utimesSync(join(folder, "b.json"), 1, 1);
    };
    const { report } = await migrate(folder, { removeOriginals: true, onProgress });
    expect(report.removed).toEqual([join(folder, "c.csv")]);
    expect(report.kept.map(({ reason }) => reason)).toEqual(Array(2).fill("It was changed since it was read."));
  });

  test("with a second file of the same name are kept, for it would come to light", async () => {
    const folder = folderOf({ "a.csv": "x\n1\n", "a.json": '[{"x": 2}]' });
    const { report } = await migrate(folder, { removeOriginals: true });
    expect(report).toMatchObject({ migrated: 1, removed: [], kept: [{ file: join(folder, "a.json") }] });
    expect(report.kept[0]!.reason).toContain("a.csv has the same name");
  });

  test("that hold several items are kept when one of them was not migrated", async () => {
    const folder = folderOf({ "h5py.h5": fixture("h5py.h5") });
    const path = join(folder, "h5py.h5");
    const { report } = await migrate(folder, { readers: [hdf5LegacyReader(path)], removeOriginals: true });
    expect(report.failed.length).toBeGreaterThan(5);
    expect(report.migrated).toBeGreaterThan(10);
    expect(report.removed).toEqual([]);
    expect(report.kept.map(({ file }) => file)).toEqual([path]);
    expect(existsSync(path)).toBe(true);
  });

  test("that a reader names no file of are never removed", async () => {
    const table = tableFromArrays({ x: Int32Array.of(1) });
    const reader: LegacyReader = {
      name: "made up",
      async *list() {
        yield { item: "a", origin: "nowhere" } satisfies LegacyItem;
        yield { item: "gone", origin: "nowhere" } satisfies LegacyItem;
      },
      read: async (item) => (item === "a" ? table : undefined),
    };
    const { report } = await migrate("unused", { readers: [reader], removeOriginals: true });
    expect(report).toMatchObject({ migrated: 1, removed: [], kept: [], failed: [{ item: "gone" }] });
  });
});
