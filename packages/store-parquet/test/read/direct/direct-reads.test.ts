import { bytesSource } from "@larder/core";
import { encodeParquet, openParquet } from "@larder/store-parquet";
import type { Table } from "apache-arrow";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { runs } from "../../engines/runs.js";
import { keptTypes, makeTable, tableRecipes } from "../../support/random-table.js";
import { tableDifference } from "../../support/table-difference.js";
import { writtenFile } from "../../support/written-file.js";
import { type AskedRange, scatteringSource } from "./support/scattering-source.js";

const rows = 24_001;
/** The end of a file, which comes with its footer. */
const tail = 65_536;

/** A column of a type beside one that makes the file longer than what comes with the footer. */
async function fileOf(type: string, nulls: number): Promise<{ table: Table; bytes: Uint8Array }> {
  const columns = [
    { type, name: "value", nulls },
    { type: "int64", name: "filler", nulls: 0 },
  ];
  const table = makeTable({ columns, batches: [rows], cut: [0, 0], seed: rows });
  const { bytes } = await encodeParquet(table, { rowGroupRows: 9_000, pageRows: 2_048 });
  return { table, bytes };
}

/** Where the data pages of a column lie, one range for each row group. */
function pageRanges(bytes: Uint8Array, name: string): { start: number; end: number }[] {
  const chunks = writtenFile(bytes).rowGroups.map((group) => group.find(({ path }) => path === name)!);
  return chunks.map(({ pages }) => ({ start: pages[0]!.offset, end: pages.at(-1)!.offset + pages.at(-1)!.byteLength }));
}

function bytesWithin(asked: readonly AskedRange[], ranges: readonly { start: number; end: number }[]): number {
  let total = 0;
  for (const read of asked) {
    for (const { start, end } of ranges) {
      total += Math.max(0, Math.min(read.end, end) - Math.max(read.start, start));
    }
  }
  return total;
}

describe.each([0, 0.3, 1])("columns with a share of %d nulls", (nulls) => {
  test.each(Object.keys(keptTypes))("%s: each page is read once, scattered", async (type) => {
    const { table, bytes } = await fileOf(type, nulls);
    const source = scatteringSource(bytes);
    const scan = openParquet(source, { direct: true }).scan();
    expect(tableDifference(table, await scan.toArrow())).toBeUndefined();
    const before = bytes.byteLength - tail;
    for (const name of type === "null" ? ["filler"] : ["value", "filler"]) {
      // What came with the footer is not read again.
      const ranges = pageRanges(bytes, name).filter(({ end }) => end <= before);
      const scattered = source.asked.filter((read) => read.scattered);
      expect(bytesWithin(scattered, ranges)).toBe(ranges.reduce((sum, { start, end }) => sum + end - start, 0));
      expect(bytesWithin(source.asked.slice(1), ranges)).toBe(bytesWithin(scattered, ranges));
    }
    expect(scan.bytesRead).toBe(source.asked.reduce((sum, { start, end }) => sum + end - start, 0));
  });
});

test("no read is scattered where the table was opened for the general way", async () => {
  const { table, bytes } = await fileOf("float64", 0.3);
  const source = scatteringSource(bytes);
  const found = await openParquet(source, { direct: false }).scan().toArrow();
  expect(tableDifference(table, found)).toBeUndefined();
  expect(source.asked.filter((read) => read.scattered)).toEqual([]);
});

test("nor where the source would read once for each, instead of once for all", async () => {
  const { table, bytes } = await fileOf("float64", 0.3);
  const { byteLength, slice } = bytesSource(bytes);
  let reads = 0;
  const counting = {
    byteLength,
    slice: (start: number, end?: number) => {
      reads++;
      return slice(start, end);
    },
  };
  expect(tableDifference(table, await openParquet(counting).scan().toArrow())).toBeUndefined();
  expect(reads).toBeLessThanOrEqual(1 + Math.ceil(rows / 9_000));
});

test("random tables are the same directly and by the general decoders", async () => {
  await fc.assert(
    fc.asyncProperty(
      tableRecipes,
      fc.integer({ min: 1, max: 70 }),
      fc.integer({ min: 1, max: 40 }),
      async (recipe, rowGroupRows, pageRows) => {
        const table = makeTable(recipe);
        const { bytes } = await encodeParquet(table, { rowGroupRows, pageRows });
        const direct = await openParquet(scatteringSource(bytes), { direct: true }).scan().toArrow();
        const general = await openParquet(bytesSource(bytes), { direct: false }).scan().toArrow();
        expect(tableDifference(general, direct)).toBeUndefined();
        expect(tableDifference(table, direct)).toBeUndefined();
      },
    ),
    runs(200, 20_261_129),
  );
});

test("slots of nulls hold zeros, and so does what is behind the last row of a bitmap", async () => {
  const { bytes } = await fileOf("float64", 0.3);
  const table = await openParquet(scatteringSource(bytes), { direct: true }).scan().toArrow();
  const [{ values, nullBitmap }] = table.getChild("value")!.data as unknown as [
    { values: Float64Array; nullBitmap: Uint8Array },
  ];
  const words = new BigUint64Array(values.buffer, values.byteOffset, rows);
  const isNull = (row: number): boolean => ((nullBitmap[row >> 3]! >> (row & 7)) & 1) === 0;
  expect(words.every((word, row) => !isNull(row) || word === 0n)).toBe(true);
  for (let row = rows; row < nullBitmap.byteLength * 8; row++) expect(isNull(row)).toBe(true);
});

test("a source that fails in the middle is told as it is, and leaves no rejection unhandled", async () => {
  const { bytes } = await fileOf("utf8", 0.3);
  const unhandled: unknown[] = [];
  const listen = (reason: unknown): number => unhandled.push(reason);
  process.on("unhandledRejection", listen);
  const source = scatteringSource(bytes);
  const failing = {
    ...source,
    async readInto(start: number, targets: readonly Uint8Array[]) {
      if (source.asked.filter((read) => read.scattered).length >= 2) throw new Error("the disk is gone");
      await source.readInto!(start, targets);
    },
  };
  await expect(openParquet(failing, { direct: true }).scan().toArrow()).rejects.toThrow("the disk is gone");
  await new Promise((resolve) => setImmediate(resolve));
  process.off("unhandledRejection", listen);
  expect(unhandled).toEqual([]);
});
