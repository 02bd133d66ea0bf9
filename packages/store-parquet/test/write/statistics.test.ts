import { encodeParquet } from "@larder/store-parquet";
import * as arrow from "apache-arrow";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { duckdbRows } from "../support/duckdb.js";
import { arrowKey, boundKey, type OrderKey } from "../support/order-of-values.js";
import { keptTypes, makeTable, tableRecipes } from "../support/random-table.js";
import { rawValues } from "../support/table-difference.js";
import { type WrittenChunk, type WrittenFile, writtenFile } from "../support/written-file.js";

/** Types without an order. */
const withoutOrder = new Set(["null"]);

function valueTypeOf(type: arrow.DataType): arrow.DataType {
  return (type as { dictionary?: arrow.DataType }).dictionary ?? type;
}

/** Least and greatest by looking at every value, in the order of the type. */
function bruteForce(type: arrow.DataType, hexes: readonly (string | null)[]): OrderKey[] {
  const valueType = valueTypeOf(type);
  return hexes
    .filter((hex) => hex !== null)
    .map((hex) => arrowKey(valueType, hex))
    .filter((key) => !Number.isNaN(key))
    .sort((left, right) => (left < right ? -1 : left > right ? 1 : 0));
}

function hasNan(type: arrow.DataType, hexes: readonly (string | null)[]): boolean {
  const valueType = valueTypeOf(type);
  return hexes.some((hex) => hex !== null && Number.isNaN(arrowKey(valueType, hex)));
}

/** The type of a column, or bare integers where its seconds are stored as such: as milliseconds they would overflow. */
function storedType(table: arrow.Table, file: WrittenFile, column: number): arrow.DataType {
  const { type } = table.schema.fields[column]!;
  const { typeId, unit } = valueTypeOf(type) as unknown as { typeId: number; unit?: number };
  const isBare = unit === 0 && (typeId === 9 || typeId === 10) && !file.elements[column + 1]!.hasLogicalType;
  return isBare ? new arrow.DurationSecond() : type;
}

/** Checks stated bounds against the values they speak of. */
function checkBounds(
  type: arrow.DataType,
  hexes: readonly (string | null)[],
  stated: { min?: Uint8Array | undefined; max?: Uint8Array | undefined; minIsExact?: boolean; maxIsExact?: boolean },
): void {
  const valueType = valueTypeOf(type);
  const sorted = bruteForce(type, hexes);
  if (sorted.length === 0) {
    expect(stated.min ?? new Uint8Array(0)).toEqual(new Uint8Array(0));
    expect(stated.max ?? new Uint8Array(0)).toEqual(new Uint8Array(0));
    return;
  }
  const min = boundKey(valueType, stated.min!);
  const max = boundKey(valueType, stated.max!);
  expect(min <= sorted[0]!).toBe(true);
  expect(max >= sorted.at(-1)!).toBe(true);
  // -0 and 0 are the same to === and to the order.
  if (stated.minIsExact !== false) expect(min === sorted[0]).toBe(true);
  if (stated.maxIsExact !== false) expect(max === sorted.at(-1)).toBe(true);
  if (min === 0) expect(Object.is(min, typeof min === "number" && valueType.typeId === 3 ? -0 : min)).toBe(true);
  if (max === 0) expect(Object.is(max, 0) || valueType.typeId !== 3).toBe(true);
}

function checkChunk(
  name: string,
  type: arrow.DataType,
  hexes: readonly (string | null)[],
  { statistics, pages, columnIndex }: WrittenChunk,
): void {
  expect(statistics.nullCount).toBe(hexes.filter((hex) => hex === null).length);
  // DuckDB and Polars, for which NaN is the greatest value, would lose its rows.
  if (hasNan(type, hexes)) expect(statistics.min).toBeUndefined();
  else if (!withoutOrder.has(name)) checkBounds(type, hexes, statistics);
  const parts = pages.map(({ firstRow, rows }) => hexes.slice(firstRow, firstRow + rows));
  if (!columnIndex) {
    // An index speaks of every page or of none: one of nothing but NaN has no bounds.
    const silent = parts.some((part) => part.some((hex) => hex !== null) && bruteForce(type, part).length === 0);
    expect(silent).toBe(true);
    return;
  }
  expect(columnIndex.nullPages).toEqual(parts.map((part) => part.every((hex) => hex === null)));
  expect(columnIndex.nullCounts).toEqual(parts.map((part) => part.filter((hex) => hex === null).length));
  for (const [i, part] of parts.entries()) {
    // The bounds of pages say nothing of whether they are values.
    const [min, max] = [columnIndex.minValues[i]!, columnIndex.maxValues[i]!];
    checkBounds(type, part, { min, max, minIsExact: min.byteLength < 60, maxIsExact: max.byteLength < 60 });
  }
  checkOrder(type, columnIndex);
}

function checkOrder(type: arrow.DataType, index: NonNullable<WrittenChunk["columnIndex"]>): void {
  const valueType = valueTypeOf(type);
  const used = index.nullPages.flatMap((isNull, i) => (isNull ? [] : [i]));
  if (used.length === 0) return;
  const mins = used.map((i) => boundKey(valueType, index.minValues[i]!));
  const maxs = used.map((i) => boundKey(valueType, index.maxValues[i]!));
  const rises = (keys: OrderKey[]): boolean => keys.every((key, i) => i === 0 || keys[i - 1]! <= key);
  const falls = (keys: OrderKey[]): boolean => keys.every((key, i) => i === 0 || keys[i - 1]! >= key);
  const ascending = rises(mins) && rises(maxs);
  const descending = falls(mins) && falls(maxs);
  expect(index.boundaryOrder).toBe(ascending ? 1 : descending ? 2 : 0);
}

describe("what a file says of its values is true", () => {
  test("of every chunk and page of random tables", async () => {
    await fc.assert(
      fc.asyncProperty(tableRecipes, fc.integer({ min: 1, max: 60 }), async (recipe, rowGroupRows) => {
        const table = makeTable(recipe);
        const file = writtenFile((await encodeParquet(table, { rowGroupRows })).bytes);
        for (const [i, { type }] of recipe.columns.entries()) {
          const hexes = rawValues(table.getChildAt(i)!);
          file.rowGroups.forEach((chunks, group) => {
            const part = hexes.slice(group * rowGroupRows, (group + 1) * rowGroupRows);
            checkChunk(type, storedType(table, file, i), part, chunks[i]!);
          });
        }
      }),
      { seed: 20261127, numRuns: 150 },
    );
  });

  test.each(Object.keys(keptTypes))("of %s in many pages, with and without nulls", async (type) => {
    for (const nulls of [0, 0.2]) {
      const columns = [{ type, name: "v", nulls }];
      const table = makeTable({ columns, batches: [9000, 8000], cut: [3, 0], seed: 5 });
      const { bytes } = await encodeParquet(table, { rowGroupRows: 15_000 });
      const hexes = rawValues(table.getChildAt(0)!);
      const file = writtenFile(bytes);
      file.rowGroups.forEach(([chunk], group) => {
        checkChunk(type, storedType(table, file, 0), hexes.slice(group * 15_000, (group + 1) * 15_000), chunk!);
      });
    }
  });

  test("and the footer says in which order the bounds are", async () => {
    const columns = Object.keys(keptTypes).map((type) => ({ type, name: type, nulls: 0 }));
    const table = makeTable({ columns, batches: [3], cut: [0, 0], seed: 1 });
    expect(writtenFile((await encodeParquet(table)).bytes).columnOrders).toBe(columns.length);
  });
});

describe("DuckDB reads the statistics", () => {
  const types = ["bool", "int16", "uint64", "decimal", "dateDay", "timestampMicrosecondZoned", "dictionary8"];
  const tables: Record<string, () => arrow.Table> = {
    ...Object.fromEntries(
      types.map((type) => [
        type,
        () => {
          const columns = [{ type, name: "v", nulls: 0.2 }];
          return makeTable({ columns, batches: [120], cut: [0, 0], seed: 7, extremes: false });
        },
      ]),
    ),
    float64: () => arrow.tableFromArrays({ v: Float64Array.from({ length: 120 }, (_, i) => ((i * 37) % 101) - 50.5) }),
    utf8: () => {
      const words = Array.from({ length: 120 }, (_, i) => (i % 9 === 0 ? null : `słowo ${(i * 37) % 101}`));
      return new arrow.Table({ v: arrow.vectorFromArray(words, new arrow.Utf8()) });
    },
  };
  test.each(Object.keys(tables))("of %s as its own least and greatest value", async (type) => {
    const { bytes } = await encodeParquet(tables[type]!(), { rowGroupRows: 40 });
    const stated = await duckdbRows(
      bytes,
      `SELECT stats_min_value, stats_max_value, stats_null_count::BIGINT FROM parquet_metadata(FILE)
       WHERE path_in_schema = 'v' ORDER BY row_group_id`,
    );
    const actual = await duckdbRows(
      bytes,
      `SELECT min(v)::VARCHAR, max(v)::VARCHAR, count(*) - count(v) FROM read_parquet(FILE, file_row_number = true)
       GROUP BY file_row_number // 40 ORDER BY file_row_number // 40`,
    );
    expect(stated).toEqual(actual);
  });
});

describe("numbers that have no place in the order", () => {
  const chunkOf = async (values: Float64Array | Float32Array): Promise<WrittenChunk> => {
    const { bytes } = await encodeParquet(arrow.tableFromArrays({ v: values }));
    return writtenFile(bytes).rowGroups[0]![0]!;
  };
  const float64s = (bytes: Uint8Array): number => Buffer.from(bytes).readDoubleLE();

  test("NaN is left out of the bounds of a page, and leaves a chunk without", async () => {
    const { statistics, columnIndex } = await chunkOf(Float64Array.of(Number.NaN, 3, Number.NaN, -2));
    expect([float64s(columnIndex!.minValues[0]!), float64s(columnIndex!.maxValues[0]!)]).toEqual([-2, 3]);
    expect(statistics.min).toBeUndefined();
  });

  test("nothing but NaN has no bounds, and then no index of its pages", async () => {
    const { statistics, columnIndex } = await chunkOf(new Float32Array(40_000).fill(Number.NaN));
    expect(statistics.min).toBeUndefined();
    expect(columnIndex).toBeUndefined();
  });

  test("zero counts as both zeros", async () => {
    for (const zero of [0, -0]) {
      const { statistics } = await chunkOf(Float64Array.of(zero));
      expect(float64s(statistics.min!)).toBe(-0);
      expect(float64s(statistics.max!)).toBe(0);
    }
  });

  test("infinities are bounds like others", async () => {
    for (const infinity of [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]) {
      const { statistics } = await chunkOf(Float64Array.of(infinity, infinity));
      expect([float64s(statistics.min!), float64s(statistics.max!)]).toEqual([infinity, infinity]);
    }
  });
});

test("entries of a dictionary that no row of a page or chunk uses are no bounds", async () => {
  const dictionary = arrow.vectorFromArray(["m", "a", "z", "k"], new arrow.Utf8());
  const type = new arrow.Dictionary(new arrow.Utf8(), new arrow.Int32());
  const data = Int32Array.from({ length: 100_000 }, (_, i) => (i < 65_536 ? 0 : 3));
  const column = new arrow.Vector([arrow.makeData({ type, length: 100_000, data, dictionary })]);
  const { bytes } = await encodeParquet(new arrow.Table({ column }), { rowGroupRows: 100_000 });
  const { statistics, columnIndex } = writtenFile(bytes).rowGroups[0]![0]!;
  const textsOf = (values: readonly Uint8Array[]): string[] => values.map((value) => Buffer.from(value).toString());
  expect(textsOf([statistics.min!, statistics.max!])).toEqual(["k", "m"]);
  expect(textsOf(columnIndex!.minValues)).toEqual(["m", "k"]);
  expect(textsOf(columnIndex!.maxValues)).toEqual(["m", "k"]);
});

describe("the order of pages", () => {
  const orderOf = async (values: (row: number) => number, nullRows?: [from: number, to: number]): Promise<number> => {
    const rows = 60_000;
    const nullBitmap = new Uint8Array(rows / 8).fill(0xff);
    if (nullRows) nullBitmap.fill(0, nullRows[0] / 8, nullRows[1] / 8);
    const type = new arrow.Int32();
    const data = arrow.makeData({
      type,
      length: rows,
      data: Int32Array.from({ length: rows }, (_, i) => values(i)),
      nullBitmap,
    });
    const { bytes } = await encodeParquet(new arrow.Table({ v: new arrow.Vector([data]) }), { pageRows: 16_384 });
    const { columnIndex } = writtenFile(bytes).rowGroups[0]![0]!;
    expect(columnIndex!.nullPages).toHaveLength(4);
    return columnIndex!.boundaryOrder;
  };

  test("is ascending, descending or neither, as the values are", async () => {
    expect(await orderOf((row) => row)).toBe(1);
    expect(await orderOf((row) => -row)).toBe(2);
    expect(await orderOf((row) => Math.abs(row - 30_000))).toBe(0);
    expect(await orderOf(() => 7)).toBe(1);
  });

  test("passes over pages of nulls", async () => {
    expect(await orderOf((row) => row, [16_384, 32_768])).toBe(1);
  });

  test("is not ascending where only the least values ascend", async () => {
    const leastAscend = (row: number): number =>
      row % 2 === 0 ? Math.floor(row / 16_384) : 1000 - Math.floor(row / 16_384);
    expect(await orderOf(leastAscend)).toBe(0);
  });
});

describe("long text and bytes", () => {
  const statisticsOf = async (values: (string | Uint8Array)[]) => {
    const type = typeof values[0] === "string" ? new arrow.Utf8() : new arrow.Binary();
    const table = new arrow.Table({ v: arrow.vectorFromArray(values, type) });
    return writtenFile((await encodeParquet(table)).bytes).rowGroups[0]![0]!.statistics;
  };

  test("bounds of up to 64 bytes are values", async () => {
    const { min, max, minIsExact, maxIsExact } = await statisticsOf(["a".repeat(64), "b".repeat(64)]);
    expect(Buffer.from(min!).toString()).toBe("a".repeat(64));
    expect(Buffer.from(max!).toString()).toBe("b".repeat(64));
    expect([minIsExact, maxIsExact]).toEqual([true, true]);
  });

  test("longer ones are cut to 64 bytes, the greatest made greater, and said not to be values", async () => {
    const { min, max, minIsExact, maxIsExact } = await statisticsOf(["a".repeat(65), "b".repeat(65)]);
    expect(Buffer.from(min!).toString()).toBe("a".repeat(64));
    expect(Buffer.from(max!).toString()).toBe(`${"b".repeat(63)}c`);
    expect([minIsExact, maxIsExact]).toEqual([false, false]);
  });

  test("text is cut between characters and stays text", async () => {
    for (const character of ["ż", "漢", "😀", "\ud7ff", "\u{10ffff}"]) {
      const value = `a${character.repeat(60)}`;
      const { min, max } = await statisticsOf([value]);
      const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
      expect(value.startsWith(decoder.decode(min))).toBe(true);
      expect(Buffer.compare(Buffer.from(max!), Buffer.from(value))).toBeGreaterThan(0);
      expect(Buffer.compare(Buffer.from(max!), Buffer.from(decoder.decode(max!)))).toBe(0);
      expect(max!.byteLength).toBeLessThanOrEqual(66);
      if (character === "\ud7ff") expect(decoder.decode(max)).toMatch(/\ue000$/);
    }
  });

  test("where nothing short is greater, the whole value is the bound, or there is none", async () => {
    const all255 = await statisticsOf([new Uint8Array(100).fill(0xff)]);
    expect(all255.max).toEqual(new Uint8Array(100).fill(0xff));
    expect(all255.maxIsExact).toBe(true);
    expect((await statisticsOf([new Uint8Array(5000).fill(0xff)])).max).toBeUndefined();
    const lastCharacter = await statisticsOf(["\u{10ffff}".repeat(30)]);
    expect(
      Buffer.compare(Buffer.from(lastCharacter.max!), Buffer.from("\u{10ffff}".repeat(30))),
    ).toBeGreaterThanOrEqual(0);
  });
});
