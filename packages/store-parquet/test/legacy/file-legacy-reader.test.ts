import { mkdirSync, renameSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { LarderError } from "@larder/core";
import { encodeParquet, fileLegacyReader, type LegacyItem } from "@larder/store-parquet";
import { Int32, tableFromArrays, vectorFromArray } from "apache-arrow";
import { describe, expect, test } from "vitest";
import { emptyFolder, folderOf } from "./support/fixtures.js";

async function itemsOf(folder: string): Promise<LegacyItem[]> {
  const items = [];
  for await (const item of fileLegacyReader(folder).list()) items.push(item);
  return items;
}

async function parquetOf(...values: number[]): Promise<Uint8Array> {
  return (await encodeParquet(tableFromArrays({ a: Int32Array.from(values) }))).bytes;
}

async function failure(folder: string, item: string): Promise<LarderError> {
  const error = await fileLegacyReader(folder)
    .read(item)
    .catch((thrown: unknown) => thrown);
  if (!LarderError.isInstance(error)) throw new Error(`It was read, or failed with ${String(error)}`);
  return error;
}

describe("a directory of files without metadata", () => {
  test("has an item for each Parquet, JSON and CSV file, and gives their tables", async () => {
    const folder = folderOf({
      "flights.parquet": await parquetOf(1, 2, 3),
      "a.b.csv": "x\n1\n",
      "records.json": '[{"x": 1.5}]',
      "notes.txt": "not a table",
      "LOUD.CSV": "x\n1\n",
      "deeper/inner.csv": "x\n1\n",
      ".csv": "x\n1\n",
    });
    const items = await itemsOf(folder);
    expect(items.map(({ item }) => item)).toEqual(["a.b", "flights", "records"]);
    expect(items[0]).toMatchObject({ origin: join(folder, "a.b.csv"), file: join(folder, "a.b.csv"), byteLength: 4 });
    const reader = fileLegacyReader(folder);
    const flights = await reader.read("flights");
    expect(flights!.schema.fields[0]!.type).toEqual(new Int32());
    expect(flights!.getChild("a")!.toArray()).toEqual(vectorFromArray([1, 2, 3], new Int32()).toArray());
    expect((await reader.read("a.b"))!.getChild("x")!.get(0)).toBe(1n);
    expect((await reader.read("records"))!.getChild("x")!.get(0)).toBe(1.5);
  });

  test("may be read without a process of its own for each Parquet file", async () => {
    const folder = folderOf({ "a.parquet": await parquetOf(1, 2) });
    const table = await fileLegacyReader(folder, { parquet: { trust: "own" } }).read("a");
    expect([...table!.getChild("a")!]).toEqual([1, 2]);
  });

  test.each(["absent", "notes", "LOUD", "deeper/inner", "deeper", "", ".", "..", "flights.parquet", "FLIGHTS"])(
    "has nothing under the name %j",
    async (item) => {
      const folder = folderOf({
        "flights.parquet": await parquetOf(1),
        "LOUD.CSV": "x\n",
        "deeper/inner.csv": "x\n1\n",
      });
      expect(await fileLegacyReader(folder).read(item)).toBeUndefined();
    },
  );

  test("never gives a file outside of it, by whatever name", async () => {
    const folder = folderOf({ "secret.csv": "x\n1\n", "cache/a.csv": "x\n1\n" });
    const reader = fileLegacyReader(join(folder, "cache"));
    for (const item of [
      "../secret",
      "./a",
      "a/../../secret",
      join(folder, "secret"),
      "../cache/a",
      "a\0",
      "..\\secret",
    ]) {
      expect(await reader.read(item), item).toBeUndefined();
    }
    expect(await reader.read("a")).toBeDefined();
  });

  test("refuses a symbolic link that leads out of it, and follows one within", async () => {
    const folder = folderOf({ "secret.csv": "x\n1\n", "cache/a.csv": "x\n1\n", "cache-2/b.csv": "x\n1\n" });
    const cache = join(folder, "cache");
    symlinkSync("../secret.csv", join(cache, "out.csv"));
    symlinkSync("../cache-2/b.csv", join(cache, "beside.csv"));
    symlinkSync("a.csv", join(cache, "in.csv"));
    symlinkSync("gone.csv", join(cache, "lost.csv"));
    symlinkSync(".", join(cache, "folder.csv"));
    expect((await itemsOf(cache)).map(({ item }) => item)).toEqual(["a", "beside", "folder", "in", "lost", "out"]);
    expect((await failure(cache, "out")).message).toContain("symbolic link out of its directory");
    expect((await failure(cache, "beside")).message).toContain("symbolic link out of its directory");
    expect((await failure(cache, "folder")).message).toContain("no file");
    expect((await fileLegacyReader(cache).read("in"))!.numRows).toBe(1);
    await expect(fileLegacyReader(cache).read("lost")).rejects.toThrow("ENOENT");
  });

  test("prefers Parquet to JSON and JSON to CSV, and warns of the others", async () => {
    const folder = folderOf({
      "a.csv": "a\n1\n",
      "a.json": '[{"a": 2}]',
      "a.parquet": await parquetOf(3),
      "b.csv": "a\n1\n",
      "b.json": '[{"a": 2}]',
    });
    const [a, b] = await itemsOf(folder);
    expect(a).toMatchObject({ item: "a", file: join(folder, "a.parquet") });
    expect(a!.warnings).toEqual([
      "a.json has the same name as a.parquet and is not read.",
      "a.csv has the same name as a.parquet and is not read.",
    ]);
    expect(b!.warnings).toHaveLength(1);
    expect((await fileLegacyReader(folder).read("a"))!.getChild("a")!.get(0)).toBe(3);
    expect((await fileLegacyReader(folder).read("b"))!.getChild("a")!.get(0)).toBe(2n);
  });

  test("is looked at anew each time", async () => {
    const folder = folderOf({ "a.csv": "x\n1\n" });
    const reader = fileLegacyReader(folder);
    expect(await reader.read("b")).toBeUndefined();
    renameSync(join(folder, "a.csv"), join(folder, "b.csv"));
    expect(await reader.read("a")).toBeUndefined();
    expect((await reader.read("b"))!.numRows).toBe(1);
  });

  test("says which file is damaged", async () => {
    const parquet = await parquetOf(1, 2, 3);
    const folder = folderOf({
      "cut.parquet": parquet.subarray(0, parquet.length - 9),
      "odd.csv": "a,b\n1\n",
      "odd-too.json": "{",
    });
    const codes = { "cut.parquet": "damaged-parquet", "odd.csv": "damaged-legacy", "odd-too.json": "damaged-legacy" };
    for (const [name, code] of Object.entries(codes)) {
      const error = await failure(folder, name.slice(0, name.lastIndexOf(".")));
      expect(error.message).toContain(join(folder, name));
      expect(error.code).toBe(code);
    }
  });

  test("that is empty has no items, and one that is missing is an error", async () => {
    expect(await itemsOf(emptyFolder())).toEqual([]);
    await expect(itemsOf(join(emptyFolder(), "none"))).rejects.toThrow("ENOENT");
  });

  test("is not disturbed by a directory with the name of a file", async () => {
    const folder = emptyFolder();
    mkdirSync(join(folder, "a.csv"));
    writeFileSync(join(folder, "b.csv"), "x\n1\n");
    expect((await itemsOf(folder)).map(({ item }) => item)).toEqual(["b"]);
    expect(await fileLegacyReader(folder).read("a")).toBeUndefined();
  });
});
