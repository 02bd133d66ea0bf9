import { inspect } from "node:util";
import { bytesSource, col, LarderError } from "@larder/core";
import { encodeParquet, openParquet } from "@larder/store-parquet";
import * as arrow from "apache-arrow";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { makeTable, tableRecipes } from "../support/random-table.js";

async function rowsOf(table: arrow.Table): Promise<Record<string, unknown>[]> {
  const { bytes } = await encodeParquet(table, { rowGroupRows: 16 });
  return openParquet(bytesSource(bytes)).scan().toRows();
}

/** Columns in an order that an object literal would not keep. */
const table = () =>
  new arrow.Table({
    b: arrow.vectorFromArray([1, null, 3], new arrow.Int32()),
    "1": arrow.vectorFromArray(["x", "\ufeffy", null], new arrow.Utf8()),
    a: arrow.vectorFromArray(["p", "q", "p"], new arrow.Dictionary(new arrow.Utf8(), new arrow.Int32())),
  }).select(["b", "1", "a"]);

const plain = [
  { b: 1, "1": "x", a: "p" },
  { b: null, "1": "\ufeffy", a: "q" },
  { b: 3, "1": null, a: "p" },
];

describe("rows are plain objects to whoever looks at them", () => {
  test("in an array, with their columns as keys, in order", async () => {
    const rows = await rowsOf(table());
    expect(Array.isArray(rows)).toBe(true);
    expect(rows).toEqual(plain);
    expect(Object.keys(rows[0]!)).toEqual(["b", "1", "a"]);
    expect(Object.entries(rows[1]!)).toEqual([
      ["b", null],
      ["1", "\ufeffy"],
      ["a", "q"],
    ]);
    expect(JSON.stringify(rows[0])).toBe('{"b":1,"1":"x","a":"p"}');
    expect({ ...rows[2] }).toEqual(plain[2]);
    expect("a" in rows[0]! && !("c" in rows[0]!) && "toString" in rows[0]!).toBe(true);
    expect(Object.hasOwn(rows[0]!, "a") && !Object.hasOwn(rows[0]!, "toString")).toBe(true);
    expect(Object.getPrototypeOf(rows[0])).toBe(Object.prototype);
    expect(String(rows[0])).toBe("[object Object]");
    expect(inspect(rows[0])).toBe("{ '1': 'x', b: 1, a: 'p' }");
    expect(await rows[0]).toBe(rows[0]);
    const keys: string[] = [];
    for (const key in rows[0]) keys.push(key);
    expect(keys).toEqual(["b", "1", "a"]);
  });

  test("that can be changed: from then on they have their values themselves", async () => {
    const rows = await rowsOf(table());
    const row = rows[0]!;
    row.b = 100;
    row.added = true;
    delete row["1"];
    expect(row).toEqual({ b: 100, a: "p", added: true });
    expect(Object.keys(row)).toEqual(["b", "a", "added"]);
    expect(inspect(row)).toBe("{ b: 100, a: 'p', added: true }");
    expect(rows[1]).toEqual(plain[1]);
    const frozen = Object.freeze(rows[1]!);
    expect(Object.isFrozen(frozen)).toBe(true);
    expect(frozen).toEqual(plain[1]);
    expect(() => {
      (frozen as Record<string, unknown>).b = 5;
    }).toThrow(TypeError);
    Object.setPrototypeOf(rows[2]!, null);
    expect(Object.getPrototypeOf(rows[2])).toBeNull();
    expect(Object.keys(rows[2]!).sort()).toEqual(["1", "a", "b"]);
  });

  test("that structuredClone takes once they are copied", async () => {
    const [row] = await rowsOf(table());
    expect(() => structuredClone(row)).toThrow();
    expect(structuredClone({ ...row })).toEqual(plain[0]);
  });

  test("whatever the columns are called", async () => {
    const names = ["__proto__", "constructor", "toString", "then", "hasOwnProperty", ""];
    const schema = new arrow.Schema(names.map((name) => new arrow.Field(name, new arrow.Int32(), true)));
    const children = names.map((_, i) => arrow.makeData({ type: new arrow.Int32(), data: Int32Array.of(i, -i) }));
    const data = arrow.makeData({ type: new arrow.Struct(schema.fields), length: 2, nullCount: 0, children });
    const rows = await rowsOf(new arrow.Table(schema, [new arrow.RecordBatch(schema, data)]));
    expect(Object.keys(rows[0]!)).toEqual(names);
    names.forEach((name, i) => {
      expect(rows[0]![name]).toBe(i);
      expect(Object.getOwnPropertyDescriptor(rows[0]!, name)).toEqual({
        value: i,
        writable: true,
        enumerable: true,
        configurable: true,
      });
    });
    rows[0]!.toString = () => "changed";
    expect(Object.keys(rows[0]!)).toEqual(names);
    expect(Object.getOwnPropertyDescriptor(rows[0]!, "__proto__")?.value).toBe(0);
  });

  test("with the values that Arrow gives, for every type", async () => {
    await fc.assert(
      fc.asyncProperty(tableRecipes, async (recipe) => {
        const made = makeTable(recipe);
        const rows = await rowsOf(made);
        expect(rows.length).toBe(made.numRows);
        for (const [i, field] of made.schema.fields.entries()) {
          const vector = made.getChildAt(i)!;
          for (let row = 0; row < made.numRows; row++) {
            let expected: unknown;
            try {
              expected = vector.get(row);
            } catch {
              // Arrow has no values for indices of 64 bits.
              if (field.typeId === -1) continue;
              expect(() => rows[row]![field.name]).toThrow(expect.objectContaining({ code: "inexact-column" }));
              continue;
            }
            expect(String(rows[row]![field.name])).toBe(String(expected));
            expect(typeof rows[row]![field.name]).toBe(typeof expected);
          }
        }
      }),
      { numRuns: 60 },
    );
  });

  test("and say of a time that they can't express it, when it is looked at", async () => {
    const data = arrow.makeData({ type: new arrow.TimestampMillisecond(), data: BigInt64Array.of(1n, 2n ** 62n) });
    const [first, second] = await rowsOf(new arrow.Table({ time: new arrow.Vector([data]) }));
    expect(first).toEqual({ time: 1 });
    expect(() => second!.time).toThrow(LarderError);
    expect(() => second!.time).toThrow(
      expect.objectContaining({
        code: "inexact-column",
        facts: { column: "time", type: "Timestamp<MILLISECOND>", row: 1 },
      }),
    );
    expect(inspect(second)).toContain("can't show exactly");
  });
});

describe("batches", () => {
  const numbers = new arrow.Table({
    n: arrow.vectorFromArray(
      Array.from({ length: 100 }, (_, i) => i),
      new arrow.Int32(),
    ),
  });

  test("are at most as long as asked, one after the other, and none for no rows", async () => {
    const { bytes } = await encodeParquet(numbers, { rowGroupRows: 30 });
    const scan = openParquet(bytesSource(bytes)).scan();
    const lengths: number[] = [];
    for await (const batch of scan.batches({ rows: 20 })) lengths.push(batch.numRows);
    expect(lengths).toEqual([20, 10, 20, 10, 20, 10, 10]);
    for await (const _ of scan.where(col("n").gt(1000)).batches()) expect.unreachable();
    expect(() => scan.batches({ rows: 0 })).toThrow(expect.objectContaining({ code: "invalid-option" }));
  });

  test("stop reading when nobody wants more, and fail once when the source does", async () => {
    const { bytes } = await encodeParquet(
      new arrow.Table({
        n: new arrow.Vector([
          arrow.makeData({ type: new arrow.Float64(), data: new Float64Array(400_000).map((_, i) => i) }),
        ]),
      }),
      { rowGroupRows: 50_000 },
    );
    const source = bytesSource(bytes);
    let reads = 0;
    let broken = false;
    const counted = {
      byteLength: source.byteLength,
      slice(start: number, end?: number) {
        reads++;
        if (broken) throw new Error("the network is away");
        return source.slice(start, end);
      },
    };
    const table = openParquet(counted);
    for await (const batch of table.scan().batches()) {
      expect(batch.get(0)!.n).toBe(0);
      break;
    }
    // The footer, the row group, and the one ahead.
    expect(reads).toBeLessThanOrEqual(3);
    const batches = table.scan().batches()[Symbol.asyncIterator]();
    await batches.next();
    broken = true;
    await expect(
      (async () => {
        for (;;) if ((await batches.next()).done) return;
      })(),
    ).rejects.toThrow("the network is away");
    expect(await batches.next()).toEqual({ value: undefined, done: true });
  });
});
