import * as arrow from "apache-arrow";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { answerOf } from "../../cases/tables/answer.mjs";

const columns = { id: "integer", price: "float", category: "text", time: "time", flag: "boolean" };

type Row = { id: bigint; price: number | null; category: string | null; time: number; flag: boolean };

const rowsOf = (count: number): Row[] =>
  Array.from({ length: count }, (_, i) => ({
    id: BigInt(i * 3) - 5n,
    price: i % 7 === 3 ? null : i / 8,
    category: i % 5 === 4 ? null : `c${i % 3}`,
    time: 1_700_000_000_000 + i,
    flag: i % 2 === 0,
  }));

/** An Arrow table of two batches, each with a dictionary of its own. */
function arrowOf(rows: readonly Row[]): arrow.Table {
  const half = Math.ceil(rows.length / 2);
  const batches = [rows.slice(0, half), rows.slice(half)].map((part) => {
    const entries = [...new Set(part.map(({ category }) => category ?? ""))].reverse();
    const type = new arrow.Dictionary(new arrow.Utf8(), new arrow.Int8(), 0);
    const valid = Uint8Array.from({ length: Math.ceil(part.length / 8) }, (_, byte) =>
      part.slice(byte * 8, byte * 8 + 8).reduce((bits, row, i) => bits | (row.category === null ? 0 : 1 << i), 0),
    );
    const category = arrow.makeData({
      type,
      length: part.length,
      data: Int8Array.from(part, (row) => entries.indexOf(row.category ?? "")),
      dictionary: arrow.vectorFromArray(entries, new arrow.Utf8()),
      nullBitmap: valid,
    });
    const column = (values: unknown[], valueType: arrow.DataType) => arrow.vectorFromArray(values, valueType);
    return new arrow.Table({
      id: column(
        part.map(({ id }) => id),
        new arrow.Int64(),
      ),
      price: column(
        part.map(({ price }) => price),
        new arrow.Float64(),
      ),
      category: new arrow.Vector([category]),
      time: column(
        part.map(({ time }) => time),
        new arrow.TimestampMillisecond(),
      ),
      flag: column(
        part.map(({ flag }) => flag),
        new arrow.Bool(),
      ),
    }).batches[0]!;
  });
  return new arrow.Table(batches[0]!.schema, batches);
}

const answerOfRows = (rows: readonly object[], options = {}) => answerOf({ rows }, columns, options);

describe("the answer of an operation", () => {
  it("is the same for rows, for an Arrow table whose batches have dictionaries of their own, and for chunks", () => {
    const rows = rowsOf(100);
    const chunks = [
      { from: 60, to: 100 },
      { from: 0, to: 60 },
    ].flatMap(({ from, to }) =>
      Object.keys(columns).map((name) => ({
        name,
        start: from,
        values: rows.slice(from, to).map((row) => row[name as keyof Row]),
      })),
    );
    const expected = answerOfRows(rows);
    expect(answerOf({ arrow: arrowOf(rows) }, columns)).toBe(expected);
    expect(answerOf({ chunks }, columns)).toBe(expected);
    expect(expected).toMatch(/^100 rows; id [0-9a-f]+, price /);
  });

  it("is the same for a time as a Date, a number, a bigint, or as DuckDB has it, and for an id as a number", () => {
    const rows = rowsOf(10);
    const forms: ((time: number) => unknown)[] = [
      (time) => new Date(time),
      (time) => BigInt(time),
      (time) => ({ micros: BigInt(time) * 1000n }),
      (time) => ({ millis: BigInt(time) }),
    ];
    for (const form of forms) {
      expect(answerOfRows(rows.map((row) => ({ ...row, id: Number(row.id), time: form(row.time) })))).toBe(
        answerOfRows(rows),
      );
    }
  });

  it("is another when one value is another, becomes null, or two rows change places", () => {
    fc.assert(
      fc.property(fc.nat(49), fc.nat(49), fc.constantFrom(...Object.keys(columns)), (place, other, column) => {
        const rows = rowsOf(50);
        const expected = answerOfRows(rows);
        const changed = (value: unknown) => rows.map((row, i) => (i === place ? { ...row, [column]: value } : row));
        const row = rows[place]!;
        const different = {
          id: row.id + 1n,
          price: (row.price ?? 0) + 2 ** -40,
          category: `${row.category}x`,
          time: row.time + 1,
          flag: !row.flag,
        }[column];
        expect(answerOfRows(changed(different))).not.toBe(expected);
        if (row[column as keyof Row] !== null) expect(answerOfRows(changed(null))).not.toBe(expected);
        if (place !== other) {
          const swapped = rows.map((each, i) => (i === place ? rows[other]! : i === other ? row : each));
          expect(answerOfRows(swapped)).not.toBe(expected);
        }
      }),
    );
  });

  it("tells -0 from 0, and 64-bit integers that a number can't tell apart", () => {
    const one = (id: bigint, price: number) => answerOfRows([{ ...rowsOf(1)[0], id, price }]);
    expect(one(1n, -0)).not.toBe(one(1n, 0));
    expect(one(9_007_199_254_740_993n, 0)).not.toBe(one(9_007_199_254_740_992n, 0));
    expect(one(-1n, 0)).not.toBe(one(4_294_967_295n, 0));
  });

  it("does not depend on the order in which rows came, where they are brought into one", () => {
    const rows = rowsOf(50);
    const reversed = [...rows].reverse();
    expect(answerOfRows(reversed)).not.toBe(answerOfRows(rows));
    expect(answerOfRows(reversed, { sortBy: "id" })).toBe(answerOfRows(rows, { sortBy: "id" }));
  });

  it("refuses chunks with a gap, columns of different lengths, and values of another kind", () => {
    const chunk = (name: string, start: number, values: unknown[]) => ({ name, start, values });
    const ids = { id: "integer" };
    expect(() => answerOf({ chunks: [chunk("id", 0, [1n]), chunk("id", 2, [2n])] }, ids)).toThrow("from 1 to 2");
    expect(() =>
      answerOf({ chunks: [chunk("id", 0, [1n]), chunk("flag", 0, [true, false])] }, { ...ids, flag: "boolean" }),
    ).toThrow("different lengths");
    expect(() => answerOf({ chunks: [chunk("flag", 0, [1])] }, { flag: "boolean" })).toThrow("came as number");
  });
});
