import { type BlobSource, bytesSource, col, LarderError } from "@larder/core";
import { encodeParquet, openParquet } from "@larder/store-parquet";
import * as arrow from "apache-arrow";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { openedFile } from "../../../src/read/opened-file.js";
import { locatePages } from "../../../src/read/read-plan.js";
import { seededRandom } from "../../support/random-table.js";
import { tableDifference } from "../../support/table-difference.js";

const rows = 90_000;

/** Columns of every kind that is read apart, some of whose rows are null, and two kinds that are not. */
function tableOf(seed: number): arrow.Table {
  const random = seededRandom(seed);
  const numbers = Array.from({ length: rows }, () => random());
  const texts = numbers.map((number, i) => (number < 0.1 ? null : "naïve text, ".repeat(number * 6).slice(i % 3)));
  const some = <Value>(value: (number: number) => Value) => numbers.map((n) => (n > 0.9 ? null : value(n)));
  const text = arrow.vectorFromArray(texts, new arrow.Utf8());
  return new arrow.Table({
    id: arrow.makeVector(BigInt64Array.from(numbers, (_, i) => BigInt(i) * 7n - 1000n)),
    count: arrow.makeVector(Int32Array.from(numbers, (n) => n * 1e9)),
    price: arrow.makeVector(Float64Array.from(numbers)),
    reading: arrow.vectorFromArray(
      some((n) => n * 1e6),
      new arrow.Float64(),
    ),
    time: arrow.vectorFromArray(
      some((n) => Math.floor(n * 1e12)),
      new arrow.TimestampMillisecond(),
    ),
    text,
    whole: arrow.vectorFromArray(
      texts.map((value) => value ?? "none"),
      new arrow.Utf8(),
    ),
    flag: arrow.vectorFromArray(
      some((n) => n > 0.5),
      new arrow.Bool(),
    ),
    category: arrow.vectorFromArray(numbers.map((n) => `category ${Math.floor(n * 20)}`)),
  });
}

/** The file, and how many bytes of it were asked for. */
function countedSource(bytes: Uint8Array): { source: BlobSource; read: () => number } {
  const source = { ...bytesSource(bytes), blockBytes: 4096 };
  let read = 0;
  const { readInto } = source;
  source.readInto = (start, targets) => {
    for (const { byteLength } of targets) read += byteLength;
    return readInto!(start, targets);
  };
  return { source, read: () => read };
}

const files = new Map<string, Promise<{ table: arrow.Table; bytes: Uint8Array }>>();

function fileOf(seed: number, pageRows: number): Promise<{ table: arrow.Table; bytes: Uint8Array }> {
  const key = `${seed} ${pageRows}`;
  let found = files.get(key);
  if (!found) {
    const table = tableOf(seed);
    found = encodeParquet(table, { pageRows }).then(({ bytes }) => ({ table, bytes }));
    files.set(key, found);
  }
  return found;
}

const layouts = fc.record({ seed: fc.constantFrom(1, 2), pageRows: fc.constantFrom(30_000, 65_536) });

describe("few values of large pages", () => {
  test("are those of the table, wherever they stand", { timeout: 120_000 }, async () => {
    const edges = fc.constantFrom(0, 1, 29_999, 30_000, 65_535, 65_536, rows - 1);
    const wanted = fc.uniqueArray(fc.oneof(edges, fc.nat(rows - 1)), { minLength: 1, maxLength: 12 });
    await fc.assert(
      fc.asyncProperty(layouts, wanted, async ({ seed, pageRows }, places) => {
        const { table, bytes } = await fileOf(seed, pageRows);
        const ids = places.map((place) => BigInt(place) * 7n - 1000n);
        const [direct, general] = await Promise.all(
          [true, false].map((direct) => {
            const { source } = countedSource(bytes);
            return openParquet(source, { direct }).scan().where(col("id").in(ids)).toArrow();
          }),
        );
        expect(direct!.numRows).toBe(places.length);
        expect(tableDifference(general!, direct!)).toBeUndefined();
        const [row] = places.sort((a, b) => a - b);
        for (const [i, { name }] of table.schema.fields.entries()) {
          expect(direct!.getChildAt(i)!.get(0), name).toEqual(table.getChildAt(i)!.get(row!));
        }
      }),
      { seed: 20261128, numRuns: 60 },
    );
  });

  test("are read with little more than themselves", async () => {
    const { bytes } = await fileOf(1, 65_536);
    const { source, read } = countedSource(bytes);
    const columns = ["count", "price", "whole"];
    const scan = openParquet(source, { direct: true }).scan().select(columns).slice(40_000, 2);
    expect((await scan.toArrow()).numRows).toBe(2);
    // Of the text the lengths of its page: 65,536 of about a byte each.
    expect(read()).toBeLessThan(100_000);
  });
});

test("a page whose head is damaged is read as the general way reads it, or refused as there", {
  timeout: 120_000,
}, async () => {
  const { bytes } = await fileOf(1, 65_536);
  const damaged = new Uint8Array(bytes);
  const read = (column: string, direct: boolean) =>
    openParquet(countedSource(damaged).source, { direct })
      .scan()
      .select([column])
      .slice(50_000, 3)
      .toArrow()
      .catch((error: unknown) => {
        expect(error).toBeInstanceOf(LarderError);

        return undefined;
      });
  const counts = { refused: 0, same: 0 };
  for (const [column, start] of await firstPages(bytes)) {
    // Header and first bytes of levels or lengths, bit by bit.
    for (let bit = 0; bit < 56 * 8; bit++) {
      const at = start + (bit >>> 3);
      damaged[at] = bytes[at]! ^ (1 << (bit & 7));
      const [direct, general] = [await read(column, true), await read(column, false)];
      const what = `${column}: bit ${bit}`;
      expect(direct === undefined, what).toBe(general === undefined);
      if (direct && general) expect(tableDifference(general, direct), what).toBeUndefined();
      counts[direct ? "same" : "refused"]++;
      damaged[at] = bytes[at]!;
    }
  }
  expect(Math.min(counts.refused, counts.same)).toBeGreaterThan(300);
});

/** Where the first data page of each column that is read apart begins. */
async function firstPages(bytes: Uint8Array): Promise<[string, number][]> {
  const file = openedFile(bytesSource(bytes));
  const { layout, reader } = await file.open();
  const found: [string, number][] = [];
  for (const column of layout.columns) {
    if (!("leaves" in column) || ["flag", "category"].includes(column.name)) continue;
    const [pages] = await locatePages(file, reader, layout.rowGroups[0]!, column.leaves);
    found.push([column.name, pages![0]!.offset]);
  }
  return found;
}
