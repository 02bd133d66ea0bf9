import { encodeParquet } from "@larder/store-parquet";
import * as arrow from "apache-arrow";
import { parquetMetadata } from "hyparquet";
import { describe, expect, test } from "vitest";
import { type WrittenChunk, writtenFile } from "../support/written-file.js";

const rows = 50_000;

async function chunksOf(
  columns: Record<string, arrow.Vector>,
  options: Parameters<typeof encodeParquet>[1] = {},
): Promise<(readonly WrittenChunk[])[]> {
  return [...writtenFile((await encodeParquet(new arrow.Table(columns), options)).bytes).rowGroups];
}

function fixed(type: arrow.DataType, data: ArrayBufferView, length = rows): arrow.Vector {
  return new arrow.Vector([arrow.makeData({ type, length, data } as never)]);
}

function texts(lengthOf: (row: number) => number, count = rows): arrow.Vector {
  const valueOffsets = new Int32Array(count + 1);
  for (let i = 0; i < count; i++) valueOffsets[i + 1] = valueOffsets[i]! + lengthOf(i);
  const data = new Uint8Array(valueOffsets[count]!).fill(0x61);
  return new arrow.Vector([arrow.makeData({ type: new arrow.Utf8(), length: count, data, valueOffsets })]);
}

const rowsOfPages = (chunk: WrittenChunk): number[] => chunk.pages.map((page) => page.rows);

/** Many pages of few rows. */
const smallPages = { pageBytes: 65_536 };

describe("pages take as many bytes as is asked for", () => {
  test("of values of fixed width, each column cut on its own", async () => {
    const columns = {
      int64: fixed(new arrow.Int64(), new BigInt64Array(rows)),
      int32: fixed(new arrow.Int32(), new Int32Array(rows)),
      int8: fixed(new arrow.Int8(), new Int8Array(rows)),
      wide: fixed(new arrow.FixedSizeBinary(100), new Uint8Array(rows * 100)),
      bool: fixed(new arrow.Bool(), new Uint8Array(rows / 8)),
    };
    const [group] = await chunksOf(columns, smallPages);
    const [int64, int32, int8, wide, bool] = group!;
    expect(rowsOfPages(int64!).slice(0, 2)).toEqual([8192, 8192]);
    expect(rowsOfPages(int32!)).toEqual([16_384, 16_384, 16_384, 848]);
    // Parquet has nothing narrower than 32 bits.
    expect(rowsOfPages(int8!)).toEqual([16_384, 16_384, 16_384, 848]);
    expect(rowsOfPages(wide!).slice(0, 2)).toEqual([648, 648]);
    expect(rowsOfPages(bool!)).toEqual([rows]);
    for (const chunk of group!) {
      expect(chunk.pages.map((page) => page.firstRow)).toEqual(
        rowsOfPages(chunk).map((_, i) =>
          rowsOfPages(chunk)
            .slice(0, i)
            .reduce((sum, more) => sum + more, 0),
        ),
      );
      for (const { uncompressedBytes } of chunk.pages) expect(uncompressedBytes).toBeLessThanOrEqual(65_536 + 10);
    }
  });

  test("of text, cut where its bytes are", async () => {
    const [[text]] = (await chunksOf({ text: texts((row) => (row < 100 ? 2000 : row % 40)) }, smallPages)) as [
      [WrittenChunk],
    ];
    for (const { uncompressedBytes } of text.pages) expect(uncompressedBytes).toBeLessThanOrEqual(65_536);
    expect(rowsOfPages(text).reduce((sum, more) => sum + more, 0)).toBe(rows);
    for (const count of rowsOfPages(text).slice(0, -1)) expect(count % 8).toBe(0);
  });

  test("a value that takes more has a page of its own", async () => {
    const [[text]] = (await chunksOf({ text: texts(() => 100_000, 5) }, smallPages)) as [[WrittenChunk]];
    expect(rowsOfPages(text)).toEqual([1, 1, 1, 1, 1]);
    const wide = fixed(new arrow.FixedSizeBinary(70_000), new Uint8Array(70_000 * 3), 3);
    const [[binary]] = (await chunksOf({ wide }, smallPages)) as [[WrittenChunk]];
    expect(rowsOfPages(binary)).toEqual([1, 1, 1]);
  });

  test("a value that no page can hold is refused", async () => {
    // Nothing touches these bytes: they take no memory.
    const type = new arrow.LargeBinary();
    const valueOffsets = BigInt64Array.of(0n, 2n ** 31n);
    const data = arrow.makeData({ type, length: 1, data: new Uint8Array(2 ** 31), valueOffsets } as never);
    await expect(chunksOf({ v: new arrow.Vector([data]) })).rejects.toMatchObject({ code: "unstorable-table" });
  });

  test("of indices of dictionaries, of one byte or two", async () => {
    for (const [entries, width] of [
      [200, 1],
      [300, 2],
    ] as const) {
      const dictionary = arrow.vectorFromArray(
        Array.from({ length: entries }, (_, i) => `entry ${i}`),
        new arrow.Utf8(),
      );
      const type = new arrow.Dictionary(new arrow.Utf8(), new arrow.Int32());
      const data = Int32Array.from({ length: 90_000 }, (_, i) => i % entries);
      const column = new arrow.Vector([arrow.makeData({ type, length: 90_000, data, dictionary })]);
      const [[chunk]] = (await chunksOf({ column }, { pageBytes: 32_768 })) as [[WrittenChunk]];
      expect(rowsOfPages(chunk)[0]).toBe(32_768 / width);
    }
  });
});

describe("pages as they come by default", () => {
  const many = 200_000;

  test("have 65,536 rows, and fewer where those take more than 1 MiB", async () => {
    const [group] = await chunksOf({
      int64: fixed(new arrow.Int64(), new BigInt64Array(many), many),
      bool: fixed(new arrow.Bool(), new Uint8Array(many / 8), many),
      wide: fixed(new arrow.FixedSizeBinary(20), new Uint8Array(many * 20), many),
      text: texts(() => 16, many),
      long: texts(() => 100, many),
    });
    const [int64, bool, wide, text, long] = group!.map(rowsOfPages);
    for (const counts of [int64, bool]) expect(counts).toEqual([65_536, 65_536, 65_536, 3392]);
    expect(wide![0]).toBe(52_424);
    // Each length is counted as four bytes.
    expect(text![0]).toBe(52_424);
    expect(long![0]).toBe(10_080);
    for (const page of group!.flatMap(({ pages }) => pages)) expect(page.uncompressedBytes).toBeLessThan(2 ** 20 + 100);
  });

  test("have fewer rows where that is asked for, of every kind, a multiple of 8 where there are as many", async () => {
    const columns = { flag: fixed(new arrow.Bool(), new Uint8Array(rows / 8)), text: texts(() => 3) };
    for (const [pageRows, first] of [
      [5, 5],
      [8, 8],
      [1001, 1000],
    ] as const) {
      const [group] = await chunksOf(columns, { pageRows });
      for (const chunk of group!) expect(rowsOfPages(chunk)[0]).toBe(first);
    }
  });

  test("of text and bytes hold all lengths, then all bytes, and say how many bytes those are", async () => {
    const nulls = new arrow.Vector([
      arrow.makeData({
        type: new arrow.Utf8(),
        length: rows,
        nullCount: rows,
        nullBitmap: new Uint8Array(rows / 8),
        data: new Uint8Array(0),
        valueOffsets: new Int32Array(rows + 1),
      }),
    ]);
    const int32 = fixed(new arrow.Int32(), new Int32Array(rows));
    const [group] = await chunksOf({ text: texts((row) => row % 7), nulls, int32 }, { pageRows: 20_000 });
    const [text, none, numbers] = group!;
    const lengths = (from: number, to: number): number => {
      let sum = 0;
      for (let row = from; row < to; row++) sum += row % 7;
      return sum;
    };
    // DELTA_LENGTH_BYTE_ARRAY
    expect(text!.encodings).toEqual([6]);
    expect(none!.encodings).toEqual([6, 3]);
    expect(text!.pages.map((page) => page.valueBytes)).toEqual([
      lengths(0, 20_000),
      lengths(20_000, 40_000),
      lengths(40_000, rows),
    ]);
    expect(none!.pages.map((page) => page.valueBytes)).toEqual([0, 0, 0]);
    expect(numbers!.pages.map((page) => page.valueBytes)).toEqual([undefined, undefined, undefined]);
  });
});

describe("row groups", () => {
  test("have 1,048,576 rows, 131,072 where a column is nested, and as many as is asked for", async () => {
    const column = { v: fixed(new arrow.Bool(), new Uint8Array(150_000), 1_200_000) };
    const counts = (groups: (readonly WrittenChunk[])[]): number[] => groups.map(([chunk]) => chunk!.rows);
    expect(counts(await chunksOf(column))).toEqual([1_048_576, 151_424]);
    const child = arrow.makeData({ type: new arrow.Int8(), data: new Int8Array(200_000) });
    const struct = new arrow.Struct([new arrow.Field("a", new arrow.Int8(), false)]);
    const nested = new arrow.Vector([arrow.makeData({ type: struct, length: 200_000, children: [child] })]);
    expect(counts(await chunksOf({ nested }))).toEqual([131_072, 68_928]);
    expect(counts(await chunksOf(column, { rowGroupRows: 500_000 }))).toEqual([500_000, 500_000, 200_000]);
  });

  test("end earlier where their values take many bytes, and never without a row", async () => {
    const columns = {
      text: texts((row) => (row < 1000 ? 1000 : 4)),
      id: fixed(new arrow.Int32(), new Int32Array(rows)),
    };
    const groups = await chunksOf(columns, { rowGroupBytes: 200_000 });
    expect(groups.map(([chunk]) => chunk!.rows).reduce((sum, more) => sum + more, 0)).toBe(rows);
    // 1000 and 8 bytes of text, 4 of id: 198 rows fit, cut to whole bytes of bits.
    expect(groups[0]![0]!.rows).toBe(192);
    const bytesOf = (group: readonly WrittenChunk[]): number =>
      group.flatMap((chunk) => chunk.pages).reduce((sum, page) => sum + page.uncompressedBytes, 0);
    for (const group of groups) expect(bytesOf(group)).toBeLessThanOrEqual(200_000);
    const alone = await chunksOf({ text: texts(() => 1000, 5) }, { rowGroupBytes: 1 });
    expect(alone.map(([chunk]) => chunk!.rows)).toEqual([1, 1, 1, 1, 1]);
  });

  test("and say where they begin and how many bytes they take, bloom filters left out", async () => {
    const columns = { n: fixed(new arrow.Int32(), new Int32Array(rows)), text: texts(() => 3) };
    const { bytes } = await encodeParquet(new arrow.Table(columns), { rowGroupRows: 20_000, bloomFilters: ["n"] });
    const groups = parquetMetadata(bytes.slice().buffer).row_groups;
    expect(groups.length).toBe(3);
    let end = 4n;
    for (const { file_offset, total_compressed_size, columns } of groups) {
      const filters = columns.reduce((sum, { meta_data }) => sum + (meta_data!.bloom_filter_length ?? 0), 0);
      expect(file_offset).toBe(end);
      expect(total_compressed_size).toBe(
        columns.reduce((sum, { meta_data }) => sum + meta_data!.total_compressed_size, 0n),
      );
      end += total_compressed_size! + BigInt(filters);
    }
  });

  test("and pages can't be of no rows or no bytes", async () => {
    for (const options of [
      { rowGroupRows: 0 },
      { rowGroupRows: 1.5 },
      { rowGroupBytes: 0 },
      { rowGroupBytes: Number.NaN },
      { pageRows: 0 },
      { pageRows: 1.5 },
      { pageBytes: 0 },
      { pageBytes: 2 ** 30 + 1 },
    ]) {
      await expect(chunksOf({}, options)).rejects.toMatchObject({ code: "invalid-option" });
    }
  });
});
