import { readFileSync } from "node:fs";
import { bytesSource } from "@larder/core";
import { type Compression, encodeParquet, openParquet } from "@larder/store-parquet";
import * as arrow from "apache-arrow";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Duckdb, openDuckdb } from "../support/duckdb.js";
import { polarsTable } from "../support/polars.js";
import { seededRandom } from "../support/random-table.js";
import { scratchFolder } from "../support/scratch-folder.js";
import { rawValues, tableDifference } from "../support/table-difference.js";
import { writtenFile } from "../support/written-file.js";

const folder = scratchFolder();
let duckdb: Duckdb;
beforeAll(async () => {
  duckdb = await openDuckdb();
});
afterAll(() => {
  duckdb.close();
  folder.remove();
});

/** Chunks of some hundred kilobytes: pages are decompressed in threads, while others are decoded. */
const rows = 36_000;
const table = new arrow.Table({
  id: arrow.vectorFromArray(
    Array.from({ length: rows }, (_, i) => BigInt(i * 3)),
    new arrow.Int64(),
  ),
  price: arrow.vectorFromArray(
    Array.from({ length: rows }, (_, i) => (i % 7 === 3 ? null : (i * 7919) % 1000)),
    new arrow.Float64(),
  ),
  // Nothing is smaller than this: such pages say that they are not compressed.
  noise: arrow.makeVector(new Float64Array(noiseBytes(rows * 8).buffer)),
  code: arrow.vectorFromArray(
    Array.from({ length: rows }, (_, i) => (i % 11 === 5 ? null : `code ${(i * 7919) % 5000} of ${i}`)),
    new arrow.Utf8(),
  ),
  numbers: arrow.vectorFromArray(
    Array.from({ length: rows }, (_, i) => (i % 13 === 0 ? null : Array.from({ length: i % 5 }, (_, j) => i + j))),
    new arrow.List(new arrow.Field("item", new arrow.Int32(), true)),
  ),
});
const values = {
  id: rawValues(table.getChild("id")!),
  price: rawValues(table.getChild("price")!),
  noise: rawValues(table.getChild("noise")!),
  code: rawValues(table.getChild("code")!),
  numbers: rawValues(table.getChild("numbers")!),
};
const compressions = ["snappy", "lz4", "zstd", "gzip", "brotli"] as const satisfies readonly Compression[];

describe("large compressed files", () => {
  test.each(compressions)(
    "of ours in %s come back, to us whole and in part, and to DuckDB and Polars",
    async (compression) => {
      const { bytes } = await encodeParquet(table, { compression });
      for (const chunk of writtenFile(bytes).rowGroups[0]!) {
        if (chunk.pages.length > 1) expect(chunk.pages.some((page) => page.isCompressed)).toBe(true);
      }
      const scan = openParquet(bytesSource(bytes)).scan();
      expect(tableDifference(table, await scan.toArrow())).toBeUndefined();
      expect(tableDifference(table.slice(12_345, 23_456), await scan.slice(12_345, 23_456 - 12_345).toArrow())).toBe(
        undefined,
      );
      const path = folder.path(bytes);
      const polars = polarsTable(path);
      for (const name of ["id", "price", "noise", "code"] as const) {
        expect(firstDifference(polars, name)).toBeUndefined();
      }
      expect(
        await duckdb.rows(`SELECT count(*), sum(id)::BIGINT, sum(price)::BIGINT, count(code), sum(len(numbers))::BIGINT
                         FROM read_parquet('${path}')`),
      ).toEqual([
        [36_000n, 1_943_946_000n, sumOf("price"), BigInt(rows - table.getChild("code")!.nullCount), sumOfLengths()],
      ]);
    },
  );

  test.each(["snappy", "gzip", "zstd", "brotli", "lz4_raw"])(
    "of DuckDB in %s, in both versions of the format",
    async (codec) => {
      const { bytes } = await encodeParquet(table);
      const source = folder.path(bytes);
      for (const version of ["V1", "V2"]) {
        const path = folder.path();
        await duckdb.run(
          `COPY (FROM read_parquet('${source}')) TO '${path}'
         (FORMAT parquet, COMPRESSION ${codec}, PARQUET_VERSION ${version}, ROW_GROUP_SIZE 36864)`,
        );
        const found = await openParquet(bytesSource(readFileSync(path)))
          .scan()
          .toArrow();
        for (const name of ["id", "price", "noise", "code", "numbers"] as const) {
          expect(firstDifference(found, name)).toBeUndefined();
        }
      }
    },
  );

  test.each(["zstd", "gzip", "snappy"] as const)(
    "of which a page in the middle is not %s give an error",
    async (compression) => {
      const { bytes } = await encodeParquet(table, { compression });
      const damaged = bytes.slice();
      const { start, end } = firstPageOfText(bytes);
      // Snappy has lengths everywhere, too: what follows can't fit.
      damaged.fill(0xff, start + ((end - start) >> 1), end);
      for (let i = 0; i < 3; i++) {
        await expect(openParquet(bytesSource(damaged)).scan().toArrow()).rejects.toMatchObject({
          code: "damaged-parquet",
        });
      }
    },
  );
});

/** The first row with another value than it had, which is told at once: a comparison of so many would be printed whole. */
function firstDifference(found: arrow.Table, name: keyof typeof values): string | undefined {
  const texts = rawValues(found.getChild(name)!);
  const wanted = values[name];
  if (texts.length !== wanted.length) return `${texts.length} rows`;
  const row = wanted.findIndex((text, i) => text !== texts[i]);
  return row < 0 ? undefined : `${name} row ${row}: ${wanted[row]} became ${texts[row]}`;
}

/** Where the first page of text lies. */
function firstPageOfText(bytes: Uint8Array): { start: number; end: number } {
  const page = writtenFile(bytes).rowGroups[0]![3]!.pages[0]!;
  return { start: page.offset, end: page.offset + page.compressedBytes };
}

function sumOf(name: "price"): bigint {
  let sum = 0;
  for (const value of table.getChild(name)!) sum += (value as number | null) ?? 0;
  return BigInt(sum);
}

function sumOfLengths(): bigint {
  let sum = 0;
  for (const value of table.getChild("numbers")!) sum += (value as arrow.Vector | null)?.length ?? 0;
  return BigInt(sum);
}

function noiseBytes(byteLength: number): Uint8Array<ArrayBuffer> {
  const random = seededRandom(5);
  return new Uint8Array(byteLength).map(() => Math.floor(random() * 256));
}
