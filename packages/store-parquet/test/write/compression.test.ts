import { bytesSource } from "@larder/core";
import { type Compression, type EncodeParquetOptions, encodeParquet, openParquet } from "@larder/store-parquet";
import * as arrow from "apache-arrow";
import { describe, expect, test } from "vitest";
import { coldCompression } from "../../src/format/page-compressor.js";
import { duckdbRows } from "../support/duckdb.js";
import { keptTypes, makeTable, seededRandom } from "../support/random-table.js";
import { tableDifference } from "../support/table-difference.js";
import { writtenFile } from "../support/written-file.js";

const codecs = { none: 0, snappy: 1, gzip: 2, brotli: 4, zstd: 6, lz4: 7 };
const cold = await coldCompression();
const hasZstd = cold === "zstd";
const usable = ["none", "snappy", "gzip", "lz4", "brotli", ...(hasZstd ? ["zstd" as const] : [])] as const;

const repetitive = arrow.tableFromArrays({ v: Int32Array.from({ length: 100_000 }, (_, i) => i % 100) });

describe("compression", () => {
  test.each(usable)("%s brings back every type, also to DuckDB", async (compression) => {
    const columns = Object.keys(keptTypes).map((type, i) => ({ type, name: type, nulls: [0, 0.3, 1][i % 3]! }));
    const table = makeTable({ columns, batches: [90, 60], cut: [1, 1], seed: 4 });
    const { bytes } = await encodeParquet(table, { compression, rowGroupRows: 70 });
    expect(tableDifference(table, await openParquet(bytesSource(bytes)).scan().toArrow())).toBeUndefined();
    expect(await duckdbRows(bytes, "SELECT count(*), count(int64), count(utf8) FROM FILE")).toHaveLength(1);
  });

  test.each(usable)("%s is named in the file, and makes it smaller unless it is none", async (compression) => {
    const { bytes } = await encodeParquet(repetitive, { compression });
    expect(writtenFile(bytes).rowGroups[0]![0]!.codec).toBe(codecs[compression]);
    expect(bytes.byteLength < 200_000).toBe(compression !== "none");
  });

  test.each(["snappy", "gzip", "lz4"] as const)(
    "pages that %s does not make smaller stay as they are",
    async (compression) => {
      const random = seededRandom(3);
      const noise = new Uint8Array(400_000).map(() => Math.floor(random() * 256));
      const table = arrow.tableFromArrays({ v: new Float64Array(noise.buffer), w: new Float64Array(50_000) });
      const { bytes } = await encodeParquet(table, { compression });
      const [v, w] = writtenFile(bytes).rowGroups[0]!;
      expect(v!.pages.some((page) => page.isCompressed)).toBe(
        compression === "gzip" && v!.pages.some((page) => page.isCompressed),
      );
      for (const page of v!.pages) expect(page.compressedBytes).toBeLessThanOrEqual(page.uncompressedBytes);
      expect(w!.pages.every((page) => page.isCompressed)).toBe(true);
    },
  );

  test.each(usable.filter((compression) => compression !== "none"))(
    "a page without a value is not said to be compressed by %s",
    async (compression) => {
      const nothing = arrow.vectorFromArray(
        Array.from({ length: 20 }, () => null),
        new arrow.Int32(),
      );
      const { bytes } = await encodeParquet(new arrow.Table({ v: nothing }), { compression });
      expect(writtenFile(bytes).rowGroups[0]![0]!.pages.map((page) => page.isCompressed)).toEqual([false]);
      expect(await duckdbRows(bytes, "SELECT count(*), count(v) FROM FILE")).toEqual([[20n, 0n]]);
    },
  );

  test("zstd where Node lacks it says which Node has it", async (ctx) => {
    if (hasZstd) ctx.skip("needs a Node without zstd, older than 22.15");
    await expect(encodeParquet(repetitive, { compression: "zstd" })).rejects.toMatchObject({
      code: "unsupported-compression",
      message: expect.stringContaining("22.15"),
    });
  });

  test("of a cold table is zstd where it can be had, else lz4, unless one is named; of a hot one it is none", async () => {
    const codecOf = async (options: EncodeParquetOptions): Promise<number> =>
      writtenFile((await encodeParquet(repetitive, options)).bytes).rowGroups[0]![0]!.codec;
    expect(await codecOf({})).toBe(codecs.none);
    expect(await codecOf({ profile: "hot" })).toBe(codecs.none);
    expect(await codecOf({ profile: "cold" })).toBe(codecs[cold as "zstd" | "lz4"]);
    expect(await codecOf({ profile: "cold", compression: "gzip" })).toBe(codecs.gzip);
    expect(await codecOf({ profile: "hot", compression: "lz4" })).toBe(codecs.lz4);
    await expect(codecOf({ profile: "warm" as "hot" })).rejects.toMatchObject({ code: "invalid-option" });
  });

  test("leaves all else as it is: pages, their rows, statistics", async () => {
    const facts = async (options: EncodeParquetOptions): Promise<unknown> => {
      const [group] = writtenFile((await encodeParquet(repetitive, options)).bytes).rowGroups;
      return group!.map(({ pages, statistics, columnIndex, encodings }) => {
        const rows = pages.map((page) => [page.firstRow, page.rows, page.uncompressedBytes]);
        return { rows, statistics, columnIndex, encodings };
      });
    };
    expect(await facts({ profile: "cold" })).toEqual(await facts({ profile: "hot" }));
  });

  test("an unknown one is refused", async () => {
    await expect(encodeParquet(repetitive, { compression: "lzo" as Compression })).rejects.toMatchObject({
      code: "invalid-option",
    });
  });
});
