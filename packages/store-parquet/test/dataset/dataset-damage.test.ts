import { cpSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import type { Dataset } from "@larder/core";
import type * as arrow from "apache-arrow";
import { expect, test } from "vitest";
import { ids, openStore, readPlain, rows } from "./support/open-store.js";

const append = (dataset: Dataset<arrow.Table>, id: bigint, a: string) =>
  dataset.append({ ids: ids(id), columns: ["a"], rows: rows(ids(id), { a: [a] }) });

/** Names of the parts, in the order they came. */
function partsOf({ path }: Dataset<arrow.Table>, known: readonly string[] = []): string[] {
  return readdirSync(join(path, "recent")).filter((name) => !known.includes(name));
}

function flipped(file: string, place: number): void {
  const bytes = readFileSync(file);
  bytes[place] = bytes[place]! ^ 1;
  writeFileSync(file, bytes);
}

async function missingOf(dataset: Dataset<arrow.Table>, ...asked: readonly number[]): Promise<unknown> {
  const snapshot = await dataset.snapshot();
  const { missing } = snapshot.coverage(ids(...asked), ["a"]);
  await snapshot.close();
  return missing;
}

test("a damaged part is put aside; its cells are missing then, and older ones don't come back", async () => {
  const { store, another, warnings } = openStore();
  const dataset = await store.openDataset("t");
  await append(dataset, 1n, "old");
  await append(dataset, 2n, "kept");
  const before = partsOf(dataset);
  await append(dataset, 1n, "new");
  const [name] = partsOf(dataset, before);
  const file = join(dataset.path, "recent", name!);
  for (let place = 0; place < readFileSync(file).length; place += 7) flipped(file, place);
  const snapshot = await dataset.snapshot();
  await expect(snapshot.read(ids(1), ["a"])).rejects.toMatchObject({ code: "cache-corruption", facts: { file } });
  expect(await readPlain(snapshot, ids(2), ["a"])).toEqual([{ id: 2n, a: "kept" }]);
  expect(warnings.map(({ code }) => code)).toEqual(["damaged-part"]);
  expect(readdirSync(join(dataset.path, "quarantine"))).toEqual([expect.stringContaining(name!)]);
  for (const opened of [dataset, await another().openDataset("t")]) {
    expect(await missingOf(opened, 1, 2)).toEqual(ids(1));
    await expect((await opened.snapshot()).read(ids(1), ["a"])).rejects.toMatchObject({ code: "not-covered" });
  }
  await append(dataset, 1n, "again");
  await dataset.compact();
  expect(await readPlain(await dataset.snapshot(), ids(1, 2), ["a"])).toEqual([
    { id: 1n, a: "again" },
    { id: 2n, a: "kept" },
  ]);
});

test("a part whose file is lost does not stop compaction: its cells are missing then", async () => {
  const { store, warnings } = openStore();
  const dataset = await store.openDataset("t");
  await append(dataset, 1n, "lost");
  const [name] = partsOf(dataset);
  await append(dataset, 2n, "kept");
  rmSync(join(dataset.path, "recent", name!));
  expect(await dataset.compact()).toMatchObject({ rows: 1 });
  expect(warnings.map(({ code }) => code)).toEqual(["damaged-part"]);
  expect(await missingOf(dataset, 1, 2)).toEqual(ids(1));
  expect(await readPlain(await dataset.snapshot(), ids(2), ["a"])).toEqual([{ id: 2n, a: "kept" }]);
});

test("whatever byte of a part is flipped, what is read is what was stored, or nothing", async () => {
  const { directory, store, another } = openStore();
  const dataset = await store.openDataset("t");
  await dataset.append({
    ids: ids(1, 2, 3, 4),
    columns: ["a", "n"],
    rows: rows(ids(1, 2, 3), { a: ["one", null, "three"], n: [1.5, 2.5, 3.5] }),
  });
  const expected = [
    { id: 3n, a: "three", n: 3.5 },
    { id: 2n, a: null, n: 2.5 },
  ];
  const part = join("recent", partsOf(dataset)[0]!);
  const { byteLength } = readFileSync(join(dataset.path, part));
  let refused = 0;
  for (let place = 0; place < byteLength; place += 1 + (place % 61)) {
    const copy = join(directory, `copy ${place}`);
    cpSync(dataset.path, relocated(dataset.path, directory, copy), { recursive: true });
    const damaged = await another({ directory: copy }).openDataset("t");
    flipped(join(damaged.path, part), place);
    const snapshot = await damaged.snapshot();
    try {
      expect(await readPlain(snapshot, ids(3, 2), ["a", "n"])).toEqual(expected);
    } catch (error) {
      expect(error).toMatchObject({ code: "cache-corruption" });
      expect(await missingOf(damaged, 1, 2, 3, 4)).toEqual(ids(1, 2, 3));
      refused++;
    }
    await snapshot.close();
  }
  expect(refused).toBeGreaterThan(10);
});

/** A path below one directory as it is below another. */
function relocated(path: string, from: string, to: string): string {
  return join(to, relative(from, path));
}

test("a part whose file is gone counts as damaged", async () => {
  const { store, warnings } = openStore();
  const dataset = await store.openDataset("t");
  await append(dataset, 1n, "one");
  renameSync(join(dataset.path, "recent", partsOf(dataset)[0]!), join(dataset.path, "away"));
  await expect((await dataset.snapshot()).read(ids(1), ["a"])).rejects.toMatchObject({ code: "cache-corruption" });
  expect(warnings.map(({ code }) => code)).toEqual(["damaged-part"]);
  expect(await missingOf(dataset, 1)).toEqual(ids(1));
});

test("a damaged part that can't be put aside does not count either", async () => {
  const { store, warnings } = openStore();
  const dataset = await store.openDataset("t");
  await append(dataset, 1n, "old");
  const before = partsOf(dataset);
  await append(dataset, 1n, "new");
  const file = join(dataset.path, "recent", partsOf(dataset, before)[0]!);
  for (let place = 4; place < 200; place++) flipped(file, place);
  // Files where folders are needed: nothing can be written.
  rmSync(join(dataset.path, "tmp"), { recursive: true });
  writeFileSync(join(dataset.path, "tmp"), "in the way");
  writeFileSync(join(dataset.path, "quarantine"), "in the way");
  await expect((await dataset.snapshot()).read(ids(1), ["a"])).rejects.toMatchObject({ code: "cache-corruption" });
  expect(warnings.map(({ code }) => code)).toEqual(["damaged-part", "part-not-dropped"]);
  expect(await missingOf(dataset, 1)).toEqual(ids(1));
});

test("a snapshot whose parts were merged away meanwhile is still read", async () => {
  const { store, another } = openStore();
  const dataset = await store.openDataset("t");
  for (let id = 1n; id <= 5n; id++) await append(dataset, id, `value ${id}`);
  const snapshot = await dataset.snapshot();
  expect(await readPlain(snapshot, ids(2), ["a"])).toEqual([{ id: 2n, a: "value 2" }]);
  await (await another().openDataset("t")).compact();
  expect(partsOf(dataset)).toEqual([]);
  expect(await readPlain(snapshot, ids(5, 2, 1), ["a"])).toEqual([
    { id: 5n, a: "value 5" },
    { id: 2n, a: "value 2" },
    { id: 1n, a: "value 1" },
  ]);
});

test("a lost log is made again from the parts", async () => {
  const { store, another } = openStore();
  const dataset = await store.openDataset("t");
  await append(dataset, 1n, "one");
  await append(dataset, 2n, "two");
  await dataset.invalidate(ids(2));
  rmSync(join(dataset.path, "log"), { recursive: true });
  const other = await another().openDataset("t");
  expect(await missingOf(other, 1, 2)).toEqual(ids(2));
  const snapshot = await other.snapshot();
  expect(snapshot.columns.map(({ name }) => name)).toEqual(["a"]);
  expect(await readPlain(snapshot, ids(1), ["a"])).toEqual([{ id: 1n, a: "one" }]);
});
