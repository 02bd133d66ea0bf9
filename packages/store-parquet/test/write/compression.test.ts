import * as zlib from "node:zlib";
import { bytesSource } from "@larder/core";
import { type Compression, encodeParquet, openParquet } from "@larder/store-parquet";
import * as arrow from "apache-arrow";
import { describe, expect, test } from "vitest";
import { duckdbRows } from "../support/duckdb.js";
import { keptTypes, makeTable, seededRandom } from "../support/random-table.js";
import { tableDifference } from "../support/table-difference.js";
import { writtenFile } from "../support/written-file.js";

const hasZstd = "zstdCompressSync" in zlib;
const codecs = { none: 0, snappy: 1, gzip: 2, zstd: 6 };
const usable = ["none", "snappy", "gzip", "compact", ...(hasZstd ? ["zstd" as const] : [])] as const;

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
    const expected = compression === "compact" ? (hasZstd ? "zstd" : "snappy") : compression;
    expect(writtenFile(bytes).rowGroups[0]![0]!.codec).toBe(codecs[expected as keyof typeof codecs]);
    expect(bytes.byteLength < 200_000).toBe(compression !== "none");
  });

  test.each(["snappy", "gzip", "compact"] as const)(
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

  test("an unknown one is refused", async () => {
    await expect(encodeParquet(repetitive, { compression: "lzo" as Compression })).rejects.toMatchObject({
      code: "invalid-option",
    });
  });
});
