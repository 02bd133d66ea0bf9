import { and, bytesSource, col, not, or } from "@larder/core";
import { encodeParquet, openParquet } from "@larder/store-parquet";
import * as arrow from "apache-arrow";
import { WriterPropertiesBuilder } from "parquet-wasm";
import { beforeAll, describe, expect, test } from "vitest";
import { joinRanges, withoutRanges } from "../../src/read/byte-ranges.js";
import { countingSource } from "../support/counting-source.js";
import { parquetWasmFile } from "../support/parquet-wasm.js";

const rows = 300_000;
const rowGroupRows = 98_304;
let file: Uint8Array;

beforeAll(async () => {
  const vector = (type: arrow.DataType, data: ArrayBufferView, more = {}): arrow.Vector =>
    new arrow.Vector([arrow.makeData({ type, length: rows, data, ...more } as never)]);
  const column = (pick: (row: number) => number) => Float64Array.from({ length: rows }, (_, row) => pick(row));
  const nullBitmap = new Uint8Array(Math.ceil(rows / 8)).fill(0xff);
  nullBitmap.fill(0, 20_000, 30_000);
  const table = new arrow.Table({
    id: vector(
      new arrow.Int64(),
      BigInt64Array.from({ length: rows }, (_, row) => BigInt(row) * 2n),
    ),
    shuffled: vector(
      new arrow.Int32(),
      Int32Array.from({ length: rows }, (_, row) => (row * 7919) % rows),
    ),
    a: vector(
      new arrow.Float64(),
      column((row) => row / 3),
    ),
    b: vector(
      new arrow.Float64(),
      column((row) => -row),
    ),
    c: vector(
      new arrow.Float64(),
      column((row) => row % 10),
    ),
    d: vector(
      new arrow.Float64(),
      column((row) => row),
      { nullBitmap },
    ),
  });
  file = (await encodeParquet(table, { rowGroupRows, pageRows: 8192 })).bytes;
}, 60_000);

const open = () => {
  const source = countingSource(file);
  return { source, scan: openParquet(source).scan() };
};

/** What a scan reads besides footer and indexes. */
async function valuesRead(narrow: (scan: ReturnType<typeof open>["scan"]) => ReturnType<typeof open>["scan"]) {
  const { source, scan } = open();
  const narrowed = narrow(scan);
  const plan = await narrowed.explain();
  const before = source.ranges.length;
  const table = await narrowed.toArrow();
  const ranges = joinRanges(source.ranges.slice(before).map(([start, end]) => ({ start, end })));
  const repeated = source.ranges.slice(before).reduce((sum, [start, end]) => sum + end - start, 0) - sum(ranges);
  return { plan, ranges, table, repeated };
}

const sum = (ranges: readonly { start: number; end: number }[]) =>
  ranges.reduce((bytes, { start, end }) => bytes + end - start, 0);

describe("a plan is what is read", () => {
  test("exactly, of any columns and any rows by number", async () => {
    for (const narrow of [
      (scan) => scan,
      (scan) => scan.select(["a", "c"]),
      (scan) => scan.head(20),
      (scan) => scan.slice(150_000, 10_000).select(["id"]),
      (scan) => scan.slice(98_300, 8),
      (scan) => scan.sample(50, { seed: 3 }),
      (scan) => scan.slice(10_000).sample(7).slice(2, 3),
      (scan) => scan.head(0),
      (scan) => scan.select([]),
    ] satisfies Parameters<typeof valuesRead>[0][]) {
      const { plan, ranges, repeated } = await valuesRead(narrow);
      expect(ranges).toEqual(plan.ranges);
      expect(sum(ranges)).toBe(plan.bytes);
      expect(repeated).toBe(0);
    }
  });

  test("or more than that, with filters, and no byte twice", async () => {
    for (const narrow of [
      (scan) => scan.where(col("id").between(40_000, 44_000)),
      (scan) => scan.where(col("shuffled").lt(5)),
      (scan) => scan.where(and(col("shuffled").lt(5000), col("a").gt(10))).select(["shuffled", "b"]),
      (scan) => scan.where(or(col("id").eq(10), col("id").eq(599_998))),
      (scan) => scan.where(not(col("id").gt(1000))).where(col("c").eq(3)),
      (scan) => scan.where(col("c").eq(3)).head(5),
      (scan) =>
        scan
          .slice(1000, 200_000)
          .where(col("shuffled").in([1, 2, 3]))
          .sample(2),
      (scan) => scan.where(col("d").isNull()),
      (scan) => scan.where(col("shuffled").lt(5)).head(0),
    ] satisfies Parameters<typeof valuesRead>[0][]) {
      const { plan, ranges, repeated } = await valuesRead(narrow);
      expect(withoutRanges(ranges, plan.ranges)).toEqual([]);
      expect(repeated).toBe(0);
    }
  });

  test("in words, with what was ruled out and by what", async () => {
    const { scan } = open();
    const narrowed = scan.slice(0, 250_000).where(col("id").between(200_000, 200_010)).select(["a"]).head(4);
    const plan = await narrowed.explain();
    expect(plan).toMatchObject({
      rows,
      columns: ["a"],
      steps: ["head 250000", "where id between 200000 and 200010", "head 4"],
      filterColumns: ["id"],
      rowGroups: [
        { rows: rowGroupRows, decision: "skipped", by: "statistics", candidateRows: 0 },
        { rows: rowGroupRows, decision: "read" },
        { rows: rowGroupRows, decision: "skipped", by: "statistics", candidateRows: 0 },
        { rows: rows - 3 * rowGroupRows, decision: "skipped", by: "slice", candidateRows: 0 },
      ],
    });
    expect(plan.rowGroups[1]!.candidateRows).toBeLessThanOrEqual(8192);
    expect(JSON.parse(JSON.stringify(plan))).toEqual(plan);
    expect((await narrowed.toRows()).length).toBe(4);
  });
});

describe("a filter reads no more than it must", () => {
  test("one page of each column for a range of a sorted column", async () => {
    const { ranges, table, plan } = await valuesRead((scan) => scan.where(col("id").between(200_000n, 200_010n)));
    expect(table.numRows).toBe(6);
    expect(plan.rowGroups.map(({ decision }) => decision)).toEqual(["skipped", "read", "skipped", "skipped"]);
    // Six columns, of pages of 64 KiB.
    expect(sum(ranges)).toBeLessThan(6 * 67_000);
  });

  test("nothing when statistics rule every row group out", async () => {
    for (const filter of [col("id").gt(600_000), col("id").eq(-1), col("id").in([-4, 700_000]), col("b").gt(0.5)]) {
      const { ranges, table } = await valuesRead((scan) => scan.where(filter));
      expect([ranges, table.numRows]).toEqual([[], 0]);
    }
  });

  test("not a byte to know that a column without nulls has none", async () => {
    const { source, scan } = open();
    expect(await scan.where(col("a").isNull()).count()).toBe(0);
    expect(await scan.where(col("a").isNotNull()).count()).toBe(rows);
    const footerAndIndexes = source.ranges.every(([start]) => start > file.byteLength - 200_000);
    expect(footerAndIndexes).toBe(true);
  });

  test("only the columns of the filter to count, and only the pages of others that hold wanted rows", async () => {
    const counted = open();
    expect(await counted.scan.where(col("shuffled").lt(3)).count()).toBe(3);
    const whole = await counted.scan.select(["shuffled"]).explain();
    expect(counted.scan.bytesRead).toBeLessThan(whole.bytes + 300_000);
    const { ranges } = await valuesRead((scan) => scan.where(col("shuffled").lt(3)));
    // Three rows lie in at most three pages of each of five other columns.
    expect(sum(ranges) - whole.bytes).toBeLessThan(15 * 67_000);
  });

  test("no row group after the last row that is wanted", async () => {
    const { ranges, table } = await valuesRead((scan) => scan.where(col("c").eq(3)).head(5));
    expect(table.numRows).toBe(5);
    const { plan } = await valuesRead((scan) => scan.head(rowGroupRows));
    expect(Math.max(...ranges.map(({ end }) => end))).toBeLessThanOrEqual(plan.ranges.at(-1)!.end);
    expect((await valuesRead((scan) => scan.where(col("c").eq(3)).head(0))).ranges).toEqual([]);
  });

  test("only the pages that a sample is drawn from", async () => {
    const { ranges, table } = await valuesRead((scan) => scan.select(["a"]).sample(3, { seed: 8 }));
    expect(table.numRows).toBe(3);
    expect(sum(ranges)).toBeLessThan(3 * 67_000);
  });

  test("pages of nulls are passed over, or are all that is read", async () => {
    const nulls = await valuesRead((scan) => scan.select(["d"]).where(col("d").isNull()));
    expect(nulls.table.numRows).toBe(80_000);
    const whole = (await valuesRead((scan) => scan.select(["d"]))).plan.bytes;
    expect(nulls.plan.bytes).toBeLessThan(whole / 2);
  });
});

describe("bloom filters", () => {
  test("pass over row groups whose bounds say nothing, for one value or several, and are read once", async () => {
    const name = (i: number): string => `name ${((i * 7919) % 30_000) * 2}`;
    const table = new arrow.Table({
      name: arrow.vectorFromArray(
        Array.from({ length: 30_000 }, (_, i) => name(i)),
        new arrow.Utf8(),
      ),
    });
    const { bytes } = await encodeParquet(table, { rowGroupRows: 10_000, bloomFilters: ["name"] });
    const source = countingSource(bytes);
    const scan = openParquet(source).scan();
    const absent = scan.where(col("name").in(["name 11111", "name 33333"]));
    const plan = await absent.explain();
    expect(plan.rowGroups.map(({ by }) => by)).toContain("bloom-filter");
    expect(await absent.count()).toBe(0);
    const present = scan.where(col("name").eq(name(12_345)));
    const decisions = (await present.explain()).rowGroups.map(({ decision }) => decision);
    expect(decisions.filter((decision) => decision === "read").length).toBeLessThan(3);
    expect(decisions[1]).toBe("read");
    const before = source.ranges.length;
    expect(await present.toRows()).toEqual([{ name: name(12_345) }]);
    // The pages of one row group: filter and indexes are still at hand.
    expect(source.ranges.length - before).toBeLessThanOrEqual(2);
    // Unequal, or null, can't be told from a bloom filter.
    expect(await scan.where(not(col("name").eq(name(5)))).count()).toBe(29_999);
  });
});

describe("small pages of another engine", () => {
  test("are ruled out by their bounds, of numbers and text", async () => {
    const words = Array.from({ length: 1000 }, (_, i) => `word ${String(i).padStart(4, "0")} ${"x".repeat(100)}`);
    const table = new arrow.Table({
      n: new arrow.Vector([
        arrow.makeData({ type: new arrow.Int32(), data: Int32Array.from({ length: 1000 }, (_, i) => i) }),
      ]),
      w: arrow.vectorFromArray(words, new arrow.Utf8()),
    });
    const properties = new WriterPropertiesBuilder()
      .setWriteBatchSize(10)
      .setDataPageSizeLimit(1)
      .setDictionaryEnabled(false);
    const bytes = parquetWasmFile(table, properties);
    const scan = openParquet(bytesSource(bytes)).scan();
    for (const filter of [col("n").between(500, 505), col("w").startsWith("word 0500"), col("w").eq(words[500]!)]) {
      const plan = await scan.where(filter).explain();
      expect(plan.rowGroups[0]!.candidateRows).toBeLessThanOrEqual(10);
      expect((await scan.where(filter).toRows())[0]).toEqual({ n: 500, w: words[500] });
    }
    const none = await scan.where(and(col("n").lt(100), col("w").gt("word 0900"))).explain();
    expect(none.rowGroups[0]).toEqual({ rows: 1000, decision: "skipped", by: "page-index", candidateRows: 0 });
    const either = await scan.where(or(col("n").lt(100), col("w").gte("word 0900"))).explain();
    expect(either.rowGroups[0]!.candidateRows).toBeGreaterThanOrEqual(200);
    expect(either.rowGroups[0]!.candidateRows).toBeLessThanOrEqual(220);
  });
});

test("a preview of many row groups takes few requests: the footer, one index, a range for each column", async () => {
  const table = new arrow.Table(
    Object.fromEntries(
      Array.from({ length: 8 }, (_, i) => [
        `c${i}`,
        new arrow.Vector([
          arrow.makeData({ type: new arrow.Int32(), data: Int32Array.from({ length: 200_000 }, (_, row) => row) }),
        ]),
      ]),
    ),
  );
  const { bytes } = await encodeParquet(table, { rowGroupRows: 1000 });
  const source = countingSource(bytes);
  const rows = await openParquet(source).scan().head(20).toRows();
  expect(rows.length).toBe(20);
  expect(source.ranges.length).toBeLessThanOrEqual(2 + 1 + 8);
  const footer = source.ranges.slice(0, 2).reduce((bytes, [start, end]) => bytes + end - start, 0);
  const read = source.ranges.reduce((bytes, [start, end]) => bytes + end - start, 0);
  expect(read - footer).toBeLessThan(8 * 4200 + 10_000);
});

test("ranges with small gaps between them are read as one when asked", async () => {
  const source = countingSource(file);
  const scan = openParquet(source, { gapBytes: 1 << 21 })
    .scan()
    .select(["id", "a"])
    .head(20);
  const plan = await scan.explain();
  const before = source.ranges.length;
  await scan.toArrow();
  expect(source.ranges.slice(before).map(([start, end]) => ({ start, end }))).toEqual(plan.ranges);
  expect(plan.ranges.length).toBe(1);
  const apart = await openParquet(countingSource(file)).scan().select(["id", "a"]).head(20).explain();
  expect(apart.ranges.length).toBe(2);
  for (const gapBytes of [-1, 0.5, Number.NaN]) {
    expect(() => openParquet(source, { gapBytes })).toThrow(expect.objectContaining({ code: "invalid-option" }));
  }
});
