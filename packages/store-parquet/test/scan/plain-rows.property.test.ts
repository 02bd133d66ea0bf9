import { isProxy } from "node:util/types";
import { bytesSource } from "@larder/core";
import { encodeParquet, openParquet } from "@larder/store-parquet";
import * as arrow from "apache-arrow";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { fillLazyRows, type RowObject } from "../../src/scan/lazy-rows.js";
import { arePlainRows, fillPlainRows } from "../../src/scan/plain-rows.js";
import { makeTable, tableRecipes } from "../support/random-table.js";

async function rowsOf(table: arrow.Table): Promise<RowObject[]> {
  const { bytes } = await encodeParquet(table);
  return openParquet(bytesSource(bytes)).scan().toRows();
}

const numbers = (length: number) => arrow.makeVector(Int32Array.from({ length }, (_, i) => i));

test("rows with their values are as those that make them when they are looked at", async () => {
  await fc.assert(
    fc.asyncProperty(tableRecipes, async (recipe) => {
      for (const batch of makeTable(recipe).batches) {
        const plain: RowObject[] = ["first"] as never;
        const lazy: RowObject[] = ["first"] as never;
        await fillLazyRows(lazy, 1, batch, arrow);
        const done = await fillPlainRows(plain, 1, batch, arrow);
        expect(plain.some(isProxy)).toBe(false);
        // Where a value can't be made, that is said.
        if (!done) {
          expect(() => lazy.slice(1).map((row) => ({ ...row }))).toThrow();
          continue;
        }
        expect(plain.map(String)).toEqual(lazy.map(String));
        expect(plain.slice(1).map(Object.entries)).toEqual(lazy.slice(1).map(Object.entries));
      }
    }),
    { seed: 20261203, numRuns: 100 },
  );
});

describe("rows are made with their values", () => {
  test("and are ordinary objects, which can be cloned", async () => {
    const rows = await rowsOf(new arrow.Table({ a: numbers(3), b: arrow.vectorFromArray(["x", null, "z"]) }));
    expect(rows.some(isProxy)).toBe(false);
    expect(structuredClone(rows)).toEqual([
      { a: 0, b: "x" },
      { a: 1, b: null },
      { a: 2, b: "z" },
    ]);
  });

  test("up to about a million of them", () => {
    const batches = (rows: number) => [{ numRows: rows, numCols: 8, schema: { fields: [] }, data: { byteLength: 0 } }];
    expect(arePlainRows(batches(131_072) as never)).toBe(true);
    expect(arePlainRows(batches(131_073) as never)).toBe(false);
  });

  test("not where the columns hold many bytes, or numbers for names, which objects keep in another order", async () => {
    const large = arrow.makeVector({
      type: new arrow.FixedSizeBinary(2 ** 20),
      data: new Uint8Array(2 ** 20 * 65),
      length: 65,
    } as never);
    expect(arePlainRows(new arrow.Table({ a: large }).batches)).toBe(false);
    expect(arePlainRows(new arrow.Table({ a: large.slice(0, 2) }).batches)).toBe(true);
    expect((await rowsOf(new arrow.Table({ b: numbers(2), 7: numbers(2) }))).every(isProxy)).toBe(true);
  });

  test("not where one can't be made: that is said when it is looked at", async () => {
    const data = arrow.makeData({ type: new arrow.TimestampMillisecond(), data: BigInt64Array.of(1n, 2n ** 62n) });
    const rows = await rowsOf(new arrow.Table({ n: numbers(2), time: new arrow.Vector([data]) }));
    expect(rows.every(isProxy)).toBe(true);
    expect(rows[0]).toEqual({ n: 0, time: 1 });
    expect(() => rows[1]!.time).toThrow(expect.objectContaining({ code: "inexact-column" }));
  });
});
