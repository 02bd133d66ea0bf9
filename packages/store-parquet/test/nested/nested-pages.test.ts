import { bytesSource, col } from "@larder/core";
import { encodeParquet, openParquet } from "@larder/store-parquet";
import * as arrow from "apache-arrow";
import { describe, expect, test } from "vitest";
import { countingSource } from "../support/counting-source.js";
import { seededRandom } from "../support/random-table.js";
import { rawValues, tableDifference } from "../support/table-difference.js";
import { writtenFile } from "../support/written-file.js";

/** Lists of some lengths; element i is i, or null where `isNull` says so. */
function lists(lengths: readonly number[], isNull: (element: number) => boolean = () => false): arrow.Data {
  const valueOffsets = new Int32Array(lengths.length + 1);
  lengths.forEach((length, i) => {
    valueOffsets[i + 1] = valueOffsets[i]! + length;
  });
  const count = valueOffsets.at(-1)!;
  const nullBitmap = new Uint8Array((count + 7) >> 3);
  for (let i = 0; i < count; i++) if (!isNull(i)) nullBitmap[i >> 3]! |= 1 << (i & 7);
  const data = BigInt64Array.from({ length: count }, (_, i) => BigInt(i) * 1_000_003n);
  const child = arrow.makeData({ type: new arrow.Int64(), data, nullBitmap });
  const type = new arrow.List(new arrow.Field("item", new arrow.Int64(), true));
  return arrow.makeData({ type, length: lengths.length, valueOffsets, child });
}

function tableOf(columns: Record<string, arrow.Data>): arrow.Table {
  const vectors = Object.entries(columns).map(([name, data]) => [name, new arrow.Vector([data])]);
  return new arrow.Table(Object.fromEntries(vectors));
}

async function roundTrip(table: arrow.Table, rowGroupRows?: number): Promise<arrow.Table> {
  const { bytes } = await encodeParquet(table, rowGroupRows === undefined ? {} : { rowGroupRows });
  return openParquet(bytesSource(bytes)).scan().toArrow();
}

const smallPages = { pageBytes: 65_536 };

/** Lengths from 0 to 8, the same for the same seed. */
function someLengths(rows: number, seed: number): number[] {
  const random = seededRandom(seed);
  return Array.from({ length: rows }, () => Math.floor(random() * 9));
}

describe("pages of nested columns", () => {
  test("hold about as many bytes as is asked for, begin with a row, and are found by the rows they hold", async () => {
    const table = tableOf({ l: lists(someLengths(30_000, 1), (i) => i % 11 === 0) });
    const { bytes } = await encodeParquet(table, smallPages);
    const chunk = writtenFile(bytes).rowGroups[0]![0]!;
    expect(chunk.pages.length).toBeGreaterThan(10);
    for (const page of chunk.pages) expect(page.byteLength).toBeLessThan(68_000);
    for (const page of chunk.pages.slice(0, -1)) expect(page.byteLength).toBeGreaterThan(58_000);
    expect(chunk.pages.reduce((sum, page) => sum + page.rows, 0)).toBe(30_000);
    expect(tableDifference(table, await openParquet(bytesSource(bytes)).scan().toArrow())).toBeUndefined();
    // One row at either side of every page's edge.
    const wanted = rawValues(table.getChildAt(0)!);
    for (const { firstRow } of chunk.pages.slice(1)) {
      const found = await openParquet(bytesSource(bytes))
        .scan()
        .slice(firstRow - 1, 2)
        .toArrow();
      expect(rawValues(found.getChildAt(0)!)).toEqual(wanted.slice(firstRow - 1, firstRow + 1));
    }
  });

  test("a list larger than many pages, between others, in one page of its own", async () => {
    const table = tableOf({ l: lists([2, 0, 100_000, 1, 0, 3], (i) => i % 3 === 0) });
    for (const rowGroupRows of [1, 2, 3, 100]) {
      expect(tableDifference(table, await roundTrip(table, rowGroupRows))).toBeUndefined();
    }
    const { bytes } = await encodeParquet(table);
    const found = await openParquet(bytesSource(bytes)).scan().slice(3, 2).toArrow();
    expect(rawValues(found.getChildAt(0)!)).toEqual(rawValues(table.getChildAt(0)!).slice(3, 5));
  });

  test("the fields of a struct are cut into pages each on its own", async () => {
    const rows = 20_000;
    const inner = lists(someLengths(rows, 5));
    const texts = arrow.vectorFromArray(
      Array.from({ length: rows }, (_, i) => "x".repeat(i % 90)),
      new arrow.Utf8(),
    ).data[0]!;
    const fields = [new arrow.Field("l", inner.type, false), new arrow.Field("t", new arrow.Utf8(), false)];
    const nullBitmap = new Uint8Array(rows >> 3).map((_, i) => i * 37);
    const struct = arrow.makeData({
      type: new arrow.Struct(fields),
      length: rows,
      nullBitmap,
      children: [inner, texts],
    });
    const table = tableOf({ s: struct });
    const { bytes } = await encodeParquet(table, smallPages);
    const counts = writtenFile(bytes).rowGroups[0]!.map((chunk) => chunk.pages.length);
    expect(counts[0]).toBeGreaterThan(2);
    expect(counts[1]).toBeGreaterThan(counts[0]!);
    expect(tableDifference(table, await openParquet(bytesSource(bytes)).scan().toArrow())).toBeUndefined();
    const found = await openParquet(bytesSource(bytes)).scan().slice(7_777, 5_000).toArrow();
    expect(rawValues(found.getChildAt(0)!)).toEqual(rawValues(table.getChildAt(0)!).slice(7_777, 12_777));
  });

  test("rows that a filter picks here and there", async () => {
    const rows = 5_000;
    const ids = arrow.makeData({ type: new arrow.Int32(), data: Int32Array.from({ length: rows }, (_, i) => i) });
    const columns = { id: ids, l: lists(someLengths(rows, 3), (i) => i % 7 === 0), m: lists(someLengths(rows, 4)) };
    const table = tableOf(columns);
    const { bytes } = await encodeParquet(table, { rowGroupRows: 1_700 });
    const random = seededRandom(8);
    for (const share of [0.001, 0.3, 0.95]) {
      const wanted = Array.from({ length: rows }, (_, i) => i).filter(() => random() < share);
      const found = await openParquet(bytesSource(bytes))
        .scan()
        .where(col("id").in(wanted))
        .select(["m", "l"])
        .toArrow();
      for (const name of ["l", "m"]) {
        const values = rawValues(table.getChild(name)!);
        expect(rawValues(found.getChild(name)!)).toEqual(wanted.map((row) => values[row]));
      }
    }
  });

  test("a first null after very many elements, of a list and of what is in it", async () => {
    const lengths = [...new Array<number>(40).fill(500), 3, 3];
    const table = tableOf({ l: lists(lengths, (i) => i === 20_004) });
    const back = await roundTrip(table, 20);
    expect(tableDifference(table, back)).toBeUndefined();
    expect(back.getChild("l")!.data[0]!.children[0]!.nullCount).toBe(1);
    const nullBitmap = new Uint8Array(6).fill(0xff);
    nullBitmap[5] = 1;
    const source = lists(lengths);
    const withNull = arrow.makeData({
      type: source.type as arrow.List,
      length: 42,
      valueOffsets: source.valueOffsets as Int32Array,
      child: source.children[0]!,
      nullBitmap,
    });
    const other = tableOf({ l: withNull });
    expect(tableDifference(other, await roundTrip(other, 20))).toBeUndefined();
  });

  test("a preview of a large column reads the footer and a page of each leaf", async () => {
    const table = tableOf({ l: lists(someLengths(200_000, 6)) });
    const { bytes } = await encodeParquet(table, smallPages);
    expect(bytes.byteLength).toBeGreaterThan(6_000_000);
    const source = countingSource(bytes);
    const found = await openParquet(source).scan().head(20).toArrow();
    expect(rawValues(found.getChildAt(0)!)).toEqual(rawValues(table.getChildAt(0)!).slice(0, 20));
    expect(source.ranges.reduce((sum, [start, end]) => sum + end - start, 0)).toBeLessThan(160_000);
  });

  test("lists of dictionaries of any size: one byte, two bytes, and too many for indices to gain anything", async () => {
    for (const size of [200, 5_000, 70_000]) {
      const words = arrow.vectorFromArray(
        Array.from({ length: size }, (_, i) => `word ${i}`),
        new arrow.Utf8(),
      );
      const type = new arrow.Dictionary(new arrow.Utf8(), new arrow.Int32());
      const source = lists(someLengths(25_000, size));
      const { length } = source.children[0]!;
      const places = Int32Array.from({ length }, (_, i) => (i * 7919) % size);
      const nullBitmap = new Uint8Array((length + 7) >> 3).map((_, i) => (i % 3 === 0 ? 0xfd : 0xff));
      const child = arrow.makeData({ type, length, data: places, dictionary: words, nullBitmap });
      const list = arrow.makeData({
        type: new arrow.List(new arrow.Field("item", type, true)),
        length: 25_000,
        valueOffsets: source.valueOffsets as Int32Array,
        child: child as never,
      });
      const table = tableOf({ l: list });
      expect(tableDifference(table, await roundTrip(table, 10_000))).toBeUndefined();
    }
  }, 30_000);
});
