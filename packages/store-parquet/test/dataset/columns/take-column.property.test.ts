import { explainUnstorable } from "@larder/store-parquet";
import * as arrow from "apache-arrow";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Picks } from "../../../src/dataset/columns/picks.js";
import { takeColumn } from "../../../src/dataset/columns/take-column.js";
import { makeNestedTable, nestedFields, nestedRecipes } from "../../support/random-nested.js";
import { keptTypes, makeTable, seededRandom, tableRecipes } from "../../support/random-table.js";
import { rawValues, tableDifference } from "../../support/table-difference.js";

const seed = 20261127;

/** The same rows, one value at a time. */
function expectedValues(sources: readonly arrow.Data[], { length, source, row }: Picks): (string | null)[] {
  const values = sources.map((data) => rawValues(new arrow.Vector([data])));
  return Array.from({ length }, (_, i) => (row[i]! < 0 ? null : values[source ? source[i]! : 0]![row[i]!]!));
}

/** Some rows of sources, in any order and often twice, and now and then stretches of them. */
function somePicks(sources: readonly arrow.Data[], length: number, random: () => number): Picks {
  const filled = sources.flatMap((data, place) => (data.length > 0 ? [place] : []));
  const row = new Int32Array(length).fill(-1);
  const source = new Uint16Array(length);
  for (let i = 0; i < length; i++) {
    if (filled.length === 0 || random() < 0.1) continue;
    const isNext = i > 0 && random() < 0.5 && row[i - 1]! + 1 < sources[source[i - 1]!]!.length;
    source[i] = isNext ? source[i - 1]! : filled[Math.floor(random() * filled.length)]!;
    row[i] = isNext ? row[i - 1]! + 1 : Math.floor(random() * sources[source[i]!]!.length);
  }
  const isOne = sources.length === 1 || source.every((place) => place === 0);
  return { length, row, ...(!(isOne && random() < 0.7) && { source }) };
}

function expectTaken(type: arrow.DataType, sources: readonly arrow.Data[], picks: Picks): void {
  const taken = takeColumn(arrow, type, sources, picks);
  const expected = expectedValues(sources, picks);
  expect(taken.length).toBe(picks.length);
  expect(taken.type).toBe(type);
  expect(rawValues(new arrow.Vector([taken]))).toEqual(expected);
  // Rows that point at a null entry of a dictionary may be null themselves or not.
  if (type.typeId !== -1) expect(taken.nullCount).toBe(expected.filter((value) => value === null).length);
}

describe("rows are picked from columns of the same type", () => {
  test("of any type, from any of several sources, with rows from nowhere", () => {
    fc.assert(
      fc.property(tableRecipes, fc.integer({ min: 0, max: 80 }), (recipe, length) => {
        const random = seededRandom(recipe.seed);
        const table = makeTable(recipe);
        for (const [i, field] of table.schema.fields.entries()) {
          const sources = table.getChildAt(i)!.data;
          expectTaken(field.type, sources, somePicks(sources, length, random));
        }
      }),
      { seed, numRuns: 400 },
    );
  });

  test("of lists, structs and maps of any types", () => {
    fc.assert(
      fc.property(nestedRecipes, fc.integer({ min: 0, max: 50 }), (recipe, length) => {
        const random = seededRandom(recipe.seed);
        const table = makeNestedTable(recipe);
        for (const [i, field] of table.schema.fields.entries()) {
          const sources = table.getChildAt(i)!.data;
          expectTaken(field.type, sources, somePicks(sources, length, random));
        }
      }),
      { seed, numRuns: 400 },
    );
  });

  test("and all rows in order are the table that was, for every type that can be stored", () => {
    const types = Object.keys(keptTypes);
    const flat = fc.tuple(fc.integer(), fc.constantFrom(0, 0.3)).map(([seed, nulls]) =>
      makeTable({
        columns: types.map((type) => ({ type, name: type, nulls })),
        batches: [17, 0, 40],
        cut: [3, 5],
        seed,
      }),
    );
    const nested = fc
      .tuple(fc.array(nestedFields(3), { minLength: 4, maxLength: 4 }), fc.integer())
      .map(([fields, seed]) =>
        makeNestedTable({
          columns: fields.map((field, i) => ({ ...field, name: `${i}` })),
          batches: [9, 20],
          cut: [2, 1],
          seed,
        }),
      );
    fc.assert(
      fc.property(fc.oneof(flat, nested), (table) => {
        expect(explainUnstorable(table)).toBeUndefined();
        const length = table.numRows;
        const columns = table.schema.fields.map((field, i) => {
          const sources = table.getChildAt(i)!.data;
          const lengths = sources.map((data) => data.length);
          const source = Uint16Array.from(lengths.flatMap((rows, place) => new Array<number>(rows).fill(place)));
          const row = Int32Array.from(lengths.flatMap((rows) => Array.from({ length: rows }, (_, at) => at)));
          return takeColumn(arrow, field.type, sources, { length, source, row });
        });
        const struct = new arrow.Struct(table.schema.fields);
        const data = arrow.makeData({ type: struct, length, nullCount: 0, children: columns });
        const taken = new arrow.Table(table.schema, new arrow.RecordBatch(table.schema, data));
        expect(tableDifference(table, taken)).toBeUndefined();
        expect(explainUnstorable(taken)).toBeUndefined();
      }),
      { seed, numRuns: 150 },
    );
  });

  test("from dictionaries of any values that differ, and the new one holds each value once and no others", () => {
    const dictionaries = Object.keys(keptTypes).filter((name) => name.startsWith("dictionary"));
    fc.assert(
      fc.property(
        fc.constantFrom(...dictionaries),
        fc.integer(),
        fc.constantFrom(0, 0.2),
        fc.integer({ min: 1, max: 60 }),
        (name, number, nulls, length) => {
          const random = seededRandom(number);
          const columns = [{ type: name, name, nulls }];
          const sources = [1, 2, 3].flatMap((more) => {
            const table = makeTable({ columns, batches: [13, 20], cut: [more, 1], seed: number + more });
            return table.getChildAt(0)!.data;
          });
          const type = sources[0]!.type as arrow.Dictionary;
          const picks = somePicks(sources, length, random);
          expectTaken(type, sources, picks);
          const { dictionary } = takeColumn(arrow, type, sources, picks);
          const entries = rawValues(dictionary as arrow.Vector);
          expect(new Set(entries).size).toBe(entries.length);
          expect(new Set(entries)).toEqual(new Set(expectedValues(sources, picks).filter((value) => value !== null)));
        },
      ),
      { seed, numRuns: 200 },
    );
  });
});
