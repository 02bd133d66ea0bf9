import { bytesSource, LarderError } from "@larder/core";
import {
  type BatchStream,
  encodeParquet,
  openParquet,
  type WriteParquetOptions,
  writeParquet,
} from "@larder/store-parquet";
import * as arrow from "apache-arrow";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { keptTypes, makeTable, seededRandom, type TableRecipe, tableRecipes } from "../support/random-table.js";
import { tableDifference } from "../support/table-difference.js";
import { writtenFile } from "../support/written-file.js";

async function bytesOf(stream: BatchStream, options?: WriteParquetOptions): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  for await (const chunk of writeParquet(stream, options).chunks) parts.push(chunk);
  return new Uint8Array(Buffer.concat(parts));
}

async function tableOf(stream: BatchStream, options?: WriteParquetOptions): Promise<arrow.Table> {
  return openParquet(bytesSource(await bytesOf(stream, options)))
    .scan()
    .toArrow();
}

async function* later<Item>(items: Iterable<Item>): AsyncGenerator<Item> {
  for (const item of items) {
    await Promise.resolve();
    yield item;
  }
}

/** Types that a stream keeps whatever their values, with nulls allowed where a dictionary may have null entries. */
function streamable(recipe: TableRecipe): TableRecipe {
  const columns = recipe.columns
    .filter(({ type }) => !/^time(stamp)?Second|OfSeconds$/.test(type))
    .map((column) => ({ ...column, nulls: column.type.startsWith("dictionary") ? 0.3 : column.nulls }));
  return { ...recipe, columns };
}

const numbers = (...values: number[]): arrow.Table => arrow.tableFromArrays({ n: Int32Array.from(values) });

describe("a stream of batches becomes the table they make together", () => {
  test("whatever their columns, sizes and row groups, and however they come", async () => {
    await fc.assert(
      fc.asyncProperty(
        tableRecipes,
        fc.integer({ min: 1, max: 80 }),
        fc.constantFrom("batches", "later", "tables"),
        async (recipe, rowGroupRows, how) => {
          const table = makeTable(streamable(recipe));
          const batches = how === "later" ? later(table.batches) : how === "tables" ? [table] : table.batches;
          const back = await tableOf({ schema: table.schema, batches }, { rowGroupRows });
          expect(tableDifference(table, back)).toBeUndefined();
        },
      ),
      { seed: 20261127, numRuns: 200 },
    );
  });

  test("with the values and row groups of the same table written whole", async () => {
    const columns = Object.keys(keptTypes).map((type) => ({ type, name: type, nulls: 0.3 }));
    const table = makeTable(streamable({ columns, batches: [30, 1, 0, 200, 70], cut: [3, 2], seed: 6 }));
    for (const rowGroupRows of [1, 64, 1000]) {
      const whole = writtenFile((await encodeParquet(table, { rowGroupRows })).bytes);
      const streamed = writtenFile(await bytesOf({ batches: table.batches }, { rowGroupRows }));
      expect(streamed.rowGroups.map(([chunk]) => chunk!.rows)).toEqual(whole.rowGroups.map(([chunk]) => chunk!.rows));
      for (const [group, chunks] of whole.rowGroups.entries()) {
        for (const [i, { statistics }] of chunks.entries()) {
          expect(streamed.rowGroups[group]![i]!.statistics).toEqual(statistics);
        }
      }
    }
  });

  test("batches of single rows, and one of many, are regrouped", async () => {
    const values = Array.from({ length: 3000 }, (_, i) => i);
    const single = values.map((value) => numbers(value));
    const file = writtenFile(await bytesOf({ batches: [...single, numbers(...values)] }, { rowGroupRows: 1024 }));
    expect(file.rowGroups.map(([chunk]) => chunk!.rows)).toEqual([1024, 1024, 1024, 1024, 1024, 880]);
    const back = await tableOf({ batches: later([...single, numbers(...values)]) }, { rowGroupRows: 1000 });
    expect([...back.getChild("n")!.toArray()]).toEqual([...values, ...values]);
  });

  test("many bytes end a row group early", async () => {
    const text = arrow.vectorFromArray(
      Array.from({ length: 40 }, () => "x".repeat(1000)),
      new arrow.Utf8(),
    );
    const parts = Array.from({ length: 10 }, () => new arrow.Table({ text }));
    const file = writtenFile(await bytesOf({ batches: parts }, { rowGroupBytes: 100_000 }));
    expect(file.rowGroups.map(([chunk]) => chunk!.rows)).toEqual([96, 96, 96, 96, 16]);
  });

  test("no batch at all is a table without rows where the schema is given, else an error", async () => {
    const { schema } = numbers(1);
    const empty = await tableOf({ schema, batches: [] });
    expect(empty.numRows).toBe(0);
    expect(tableDifference(new arrow.Table(schema), empty)).toBeUndefined();
    expect((await tableOf({ batches: [new arrow.Table(schema)] })).schema.names).toEqual(["n"]);
    await expect(bytesOf({ batches: [] })).rejects.toMatchObject({ code: "missing-schema" });
  });

  test("batches without columns are rows all the same", async () => {
    const batch = new arrow.RecordBatch(
      new arrow.Schema([]),
      arrow.makeData({ type: new arrow.Struct([]), length: 7, nullCount: 0, children: [] }),
    );
    expect((await tableOf({ batches: [batch, batch] })).numRows).toBe(14);
  });

  test("the details are right when the chunks have ended", async () => {
    const batches = [numbers(1, 2), numbers(3), numbers(4, 5, 6)];
    const { chunks, details } = writeParquet({ batches }, { rowGroupRows: 2 });
    for await (const _ of chunks);
    expect(details()).toEqual({ rows: 6, columns: 1 });
  });

  test("the chunks are memory of their own", async () => {
    const values = Int32Array.from({ length: 50_000 }, (_, i) => i);
    const part = new arrow.Table({
      n: new arrow.Vector([arrow.makeData({ type: new arrow.Int32(), length: 50_000, data: values })]),
    });
    const parts: Uint8Array[] = [];
    for await (const chunk of writeParquet({ batches: [part] }, { rowGroupRows: 50_000 }).chunks) {
      values.fill(-1);
      parts.push(chunk);
    }
    const back = await openParquet(bytesSource(Buffer.concat(parts)))
      .scan()
      .toArrow();
    expect(back.getChild("n")!.get(49_999)).toBe(49_999);
  });
});

describe("the columns of a stream", () => {
  const field = (nullable: boolean): arrow.Schema =>
    new arrow.Schema([new arrow.Field("n", new arrow.Int32(), nullable)]);

  test("are REQUIRED where they are declared not nullable, else OPTIONAL, whatever is in them", async () => {
    for (const nullable of [true, false]) {
      const file = writtenFile(await bytesOf({ schema: field(nullable), batches: [numbers(1)] }));
      expect(file.elements[1]!.repetition).toBe(nullable ? 1 : 0);
    }
  });

  test("that are declared not nullable refuse a null, naming column and row", async () => {
    const parts = Array.from({ length: 10 }, (_, part) => {
      const values = Array.from({ length: 50 }, (_, i) => (part === 8 && i === 7 ? null : i));
      return new arrow.Table({ n: arrow.vectorFromArray(values, new arrow.Int32()) });
    });
    const stream = { schema: field(false), batches: [numbers(1, 2, 3), ...parts] };
    const error = await bytesOf(stream, { rowGroupRows: 100 }).catch((caught: unknown) => caught);
    expect(LarderError.isInstance(error, "null-in-required-column")).toBe(true);
    expect((error as LarderError).facts).toEqual({ column: "n", row: 410 });
  });

  test("must be those of every part, in name, type and order", async () => {
    const others = [
      arrow.tableFromArrays({ m: Int32Array.of(1) }),
      arrow.tableFromArrays({ n: Float64Array.of(1) }),
      arrow.tableFromArrays({ n: Int32Array.of(1), m: Int32Array.of(1) }),
      new arrow.Table(new arrow.Schema([])),
    ];
    for (const other of others) {
      await expect(bytesOf({ batches: [numbers(1), other] })).rejects.toMatchObject({
        code: "schema-mismatch",
        message: expect.stringContaining("Part 1"),
      });
    }
    await expect(bytesOf({ batches: [numbers(1), others[0]!] })).rejects.toThrow('"n" of type Int32');
  });

  test("must be of types that can be stored", async () => {
    const schema = new arrow.Schema([new arrow.Field("gap", new arrow.IntervalMonthDayNano())]);
    await expect(bytesOf({ schema, batches: [] })).rejects.toMatchObject({ code: "unstorable-table" });
    await expect(bytesOf({ batches: [5 as never] })).rejects.toMatchObject({ code: "unstorable-table" });
  });

  test("of seconds that milliseconds can't hold are refused: none can be stored differently later", async () => {
    const column = (seconds: bigint): arrow.Table =>
      new arrow.Table({
        t: new arrow.Vector([
          arrow.makeData({ type: new arrow.TimestampSecond(), length: 1, data: BigInt64Array.of(seconds) }),
        ]),
      });
    await expect(bytesOf({ batches: [column(5n), column(2n ** 62n)] })).rejects.toMatchObject({
      code: "unstorable-table",
      message: expect.stringContaining('"t"'),
    });
  });
});

describe("dictionaries in a stream", () => {
  const words = (index: arrow.DataType, from: number, count: number, used = count): arrow.Table => {
    const dictionary = arrow.vectorFromArray(
      Array.from({ length: count }, (_, i) => `word ${from + i}`),
      new arrow.Utf8(),
    );
    const type = new arrow.Dictionary(new arrow.Utf8(), index as arrow.Int32);
    const { ArrayType } = index as unknown as { ArrayType: Uint8ArrayConstructor };
    const data = ArrayType.from({ length: used }, (_, i) => i);
    return new arrow.Table({
      word: new arrow.Vector([arrow.makeData({ type, length: used, data: data as never, dictionary })]),
    });
  };

  test("may differ from batch to batch, overlap, and grow", async () => {
    const parts = [words(new arrow.Int32(), 0, 50), words(new arrow.Int32(), 25, 60), words(new arrow.Int32(), 0, 10)];
    const expected = parts.flatMap((part) => [...part.getChild("word")!]);
    for (const rowGroupRows of [7, 60, 1000]) {
      const back = await tableOf({ batches: parts }, { rowGroupRows });
      expect([...back.getChild("word")!]).toEqual(expected);
    }
  });

  test("of batches made on their own are written once in a row group", async () => {
    const parts = Array.from({ length: 20 }, () => words(new arrow.Int32(), 0, 5000));
    const { byteLength } = await bytesOf({ batches: parts });
    // 100,000 indices of two bytes, in two row groups 5000 entries each.
    expect(byteLength).toBeLessThan(200_000 + 2 * 5000 * 14 + 5000);
  });

  test("may together have no more entries than their indices can count", async () => {
    const parts = Array.from({ length: 3 }, (_, i) => words(new arrow.Int8(), i * 40, 40));
    expect((await tableOf({ batches: parts }, { rowGroupRows: 30 })).numRows).toBe(120);
    const more = [...parts, words(new arrow.Int8(), 120, 9)];
    await expect(bytesOf({ batches: more }, { rowGroupRows: 30 })).rejects.toMatchObject({
      code: "unstorable-table",
      message: expect.stringContaining('"word"'),
    });
  });

  test("in lists may have no more entries either", async () => {
    const lists = (from: number): arrow.Table => {
      const elements = words(new arrow.Int8(), from, 40).getChild("word")!.data[0]! as arrow.Data<arrow.Dictionary>;
      const type = new arrow.List(new arrow.Field("item", elements.type));
      const data = arrow.makeData({ type, length: 1, valueOffsets: Int32Array.of(0, 40), child: elements });
      return new arrow.Table({ words: new arrow.Vector([data]) });
    };
    const parts = [0, 40, 80].map(lists);
    expect((await tableOf({ batches: parts }, { rowGroupRows: 1 })).numRows).toBe(3);
    await expect(bytesOf({ batches: [...parts, lists(120)] }, { rowGroupRows: 1 })).rejects.toMatchObject({
      code: "unstorable-table",
      message: expect.stringContaining('"words[]"'),
    });
  });

  test("may have entries that no row uses, though there are more of these than indices can count", async () => {
    const parts = Array.from({ length: 10 }, (_, i) => words(new arrow.Int8(), i * 100, 100, 5));
    const back = await tableOf({ batches: parts }, { rowGroupRows: 20 });
    expect(back.numRows).toBe(50);
  });
});

describe("a stream that does not come to its end", () => {
  async function* failing(): AsyncGenerator<arrow.Table> {
    yield numbers(1, 2, 3);
    throw new RangeError("the source broke");
  }

  test("throws what the source throws", async () => {
    await expect(bytesOf({ batches: failing() }, { rowGroupRows: 1 })).rejects.toThrow(
      new RangeError("the source broke"),
    );
  });

  test("stops at once when it is aborted, though the next batch never comes", async () => {
    const controller = new AbortController();
    const reason = new Error("enough");
    async function* stuck(): AsyncGenerator<arrow.Table> {
      yield numbers(1);
      queueMicrotask(() => controller.abort(reason));
      await new Promise(() => {});
    }
    await expect(bytesOf({ batches: stuck() }, { signal: controller.signal })).rejects.toBe(reason);
  });

  test("is not begun when it was aborted before", async () => {
    let asked = false;
    const batches: Iterable<arrow.Table> = {
      [Symbol.iterator]: () => {
        asked = true;
        return [][Symbol.iterator]();
      },
    };
    await expect(bytesOf({ batches }, { signal: AbortSignal.abort(new Error("no")) })).rejects.toThrow("no");
    expect(asked).toBe(false);
  });

  test("tells its source when nobody reads on, and when something in it is wrong", async () => {
    let told = 0;
    const endless = (): Iterable<arrow.Table> => ({
      [Symbol.iterator]: () => ({
        next: () => ({ done: false, value: numbers(1, 2) }),
        return: () => {
          told++;
          return { done: true, value: undefined };
        },
      }),
    });
    for await (const _ of writeParquet({ batches: endless() }, { rowGroupRows: 2 }).chunks) break;
    expect(told).toBe(1);
    const required = new arrow.Schema([new arrow.Field("m", new arrow.Int32(), false)]);
    await expect(bytesOf({ schema: required, batches: endless() })).rejects.toMatchObject({ code: "schema-mismatch" });
    expect(told).toBe(2);
  });
});

test("no more of a stream is held than a row group needs", async () => {
  const random = seededRandom(5);
  let made = 0;
  const taken: number[] = [];
  async function* batches(): AsyncGenerator<arrow.Table> {
    for (; made < 100; made++) yield arrow.tableFromArrays({ v: Float64Array.from({ length: 1000 }, () => random()) });
  }
  for await (const chunk of writeParquet({ batches: batches() }, { rowGroupRows: 5000 }).chunks) {
    taken.push(made);
    expect(chunk.byteLength).toBeLessThan(60_000);
  }
  expect(taken.slice(0, 3)).toEqual([4, 9, 14]);
});
