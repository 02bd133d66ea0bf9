import { chmodSync, readFileSync, truncateSync, writeFileSync } from "node:fs";
import type { TableHandle } from "@larder/core";
import { encodeParquet } from "@larder/store-parquet";
import type { Table } from "apache-arrow";
import { describe, expect, test } from "vitest";
import { onDisk } from "./tables-on-disk.js";
import { columnNames, valueAt, wideTable } from "./wide-table.js";

/** More than a page holds: each column has two. */
const rows = 70_000;
const table = wideTable(rows);

async function stored() {
  const disk = onDisk();
  await disk.cache.set("wide", table);
  const [file] = disk.files("tables");
  disk.told();
  return { ...disk, file: file! };
}

/** Changes one bit of a file, as a disk does. */
function flip(file: string, at: number): void {
  chmodSync(file, 0o600);
  const bytes = readFileSync(file);
  bytes[at]! ^= 16;
  writeFileSync(file, bytes);
}

/** Where a value of a column lies in the file: its eight bytes, which no other value has. */
function placeOf(file: string, row: number, column: number): number {
  const at = readFileSync(file).indexOf(Buffer.from(Float64Array.of(valueAt(row, column)).buffer));
  expect(at).toBeGreaterThan(0);
  return at;
}

function open(entry: { table(): TableHandle }): TableHandle<Table> {
  return entry.table() as TableHandle<Table>;
}

describe("a bit that was changed in a column of a stored table", () => {
  test("is noticed by whoever reads that part, and no other part is held up by it", async () => {
    const { cache, file } = await stored();
    flip(file, placeOf(file, 30_000, 3));
    const entry = (await cache.entry("wide"))!;
    const others = columnNames.filter((name) => name !== "d");
    const right = async () => {
      const columns = await open(entry).scan().select(others).slice(29_000, 2000).toColumns();
      for (const [i, name] of columnNames.entries()) {
        if (name !== "d") expect(columns[name]?.[1000]).toBe(valueAt(30_000, i));
      }
      const far = await open(entry).scan().select(["d"]).slice(69_000, 100).toColumns();
      expect(far.d?.[99]).toBe(valueAt(69_099, 3));
    };
    await right();
    const reading = open(entry).scan().select(["d"]).slice(29_990, 20).toColumns();
    await expect(reading).rejects.toMatchObject({ code: "damaged-blob" });
    await expect(open(entry).scan().toArrow()).rejects.toMatchObject({ code: "damaged-blob" });
    // the file was moved aside, and who has it open reads on
    await right();
    await entry.close();
  });

  test("makes the table a miss: told of, moved aside, and computed anew", async () => {
    const { cache, file, files, told } = await stored();
    flip(file, placeOf(file, 30_000, 3));
    expect(await cache.get("wide")).toBeUndefined();
    expect(told()).toEqual(expect.arrayContaining(["damaged-blob", "miss"]));
    expect(files("quarantine")).toHaveLength(1);
    expect(files("tables")).toEqual([]);
    let runs = 0;
    const compute = () => {
      runs++;
      return table;
    };
    expect((await cache.getOrSet("wide", compute)).numRows).toBe(rows);
    expect((await cache.get<Table>("wide"))?.get(rows - 1)?.h).toBe(valueAt(rows - 1, 7));
    expect(runs).toBe(1);
  });

  test("is noticed by a partial read, and the table is a miss afterwards", async () => {
    const { cache, file, files } = await stored();
    flip(file, placeOf(file, 0, 0));
    const entry = (await cache.entry("wide"))!;
    await expect(open(entry).scan().head(1).toRows()).rejects.toMatchObject({ code: "damaged-blob" });
    await entry.close();
    expect(await cache.entry("wide")).toBeUndefined();
    expect(files("quarantine")).toHaveLength(1);
  });

  test("wherever it is, gives an error or the right values, and never others", async () => {
    const { cache, backend, file } = await stored();
    const bytes = readFileSync(file);
    chmodSync(file, 0o600);
    // beginning, footer, page index, and through the pages
    const places = [0, 5, bytes.length - 1, bytes.length - 6, bytes.length - 500, bytes.length - 5000];
    for (let at = 1000; at < bytes.length; at += 331_777) places.push(at);
    for (const at of places) {
      await cache.set("wide", table);
      const [current] = [file];
      const changed = Buffer.from(bytes);
      changed[at]! ^= 1;
      chmodSync(current, 0o600);
      writeFileSync(current, changed);
      const entry = await cache.entry("wide");
      const read = async () => {
        const columns = await open(entry!).scan().select(["b", "g"]).slice(20_000, 500).toColumns();
        return [columns.b?.[250], columns.g?.[499]];
      };
      const got = await read().catch((error: { code?: string }) => error.code);
      if (got !== "damaged-blob") expect(got, `at ${at}`).toEqual([valueAt(20_250, 1), valueAt(20_499, 6)]);
      expect(await cache.get("wide"), `at ${at}`).toBeUndefined();
      await entry!.close();
    }
    expect(places.length).toBeGreaterThan(15);
    await backend.check({ fix: true });
  });
});

describe("in place of the file of a table,", () => {
  test.each<[string, (file: string) => void | Promise<void>]>([
    ["one that was cut short", (file) => truncateSync(file, 100_000)],
    ["an empty one", (file) => truncateSync(file, 0)],
    ["one that has grown", (file) => writeFileSync(file, Buffer.concat([readFileSync(file), Buffer.alloc(10)]))],
    ["another sound table", async (file) => writeFileSync(file, (await encodeParquet(wideTable(rows, 7))).bytes)],
    ["zeros of the same length", (file) => writeFileSync(file, Buffer.alloc(readFileSync(file).length))],
  ])("%s is never data: it is a miss, told of and moved aside", async (_, put) => {
    for (const partly of [false, true]) {
      const { cache, file, files, told } = await stored();
      chmodSync(file, 0o600);
      await put(file);
      const entry = partly ? await cache.entry("wide") : undefined;
      if (entry !== undefined) {
        const reading = open(entry).scan().select(["c"]).head(5).toRows();
        await expect(reading).rejects.toMatchObject({ code: "damaged-blob" });
        await entry.close();
      }
      expect(await cache.get("wide")).toBeUndefined();
      expect(told()).toContain("damaged-blob");
      expect(files("tables")).toEqual([]);
      expect(files("quarantine")).toHaveLength(1);
      expect((await cache.getOrSet("wide", () => table)).numRows).toBe(rows);
      expect(files("tables")).toHaveLength(1);
    }
  });
});
