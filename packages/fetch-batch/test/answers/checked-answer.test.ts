import * as arrow from "apache-arrow";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { answerRows } from "../../src/answers/answer-rows.js";
import { type CheckedAnswer, checkedAnswer } from "../../src/answers/checked-answer.js";
import { collectAnswer } from "../../src/answers/collect-answer.js";
import { columnSources } from "../../src/columns/column-sources.js";
import { requestIds } from "../../src/ids/request-ids.js";
import type { Fetched } from "../../src/index.js";

const noSignal = new AbortController().signal;

interface Ask {
  readonly ids?: readonly (number | bigint)[];
  readonly columns?: readonly string[];
  readonly available?: ReadonlySet<string>;
}

async function check(
  answer: unknown,
  { ids = [1, 2, 3], columns = ["a"], available }: Ask = {},
): Promise<CheckedAnswer> {
  const ask = { table: "t", idColumn: "id", idKind: "int64", ids: requestIds(ids, "int64") } as const;
  return checkedAnswer(
    { ...ask, sources: columnSources(columns, available) },
    await collectAnswer(answer as Fetched, noSignal),
  );
}

async function checkTexts(answer: Fetched, ids: readonly string[]): Promise<CheckedAnswer> {
  const ask = { table: "t", idColumn: "id", idKind: "text", ids } as const;
  return checkedAnswer({ ...ask, sources: columnSources(["a"]) }, await collectAnswer(answer, noSignal));
}

const rowsOf = (answer: CheckedAnswer) => answer.parts.flatMap(({ rows }) => answerRows(arrow, rows));

describe("rows as objects", () => {
  test("come in any order, and ids without a row are absent", async () => {
    const answer = await check([
      { id: 3, a: "c" },
      { id: 1, a: "a", more: true },
    ]);
    expect(rowsOf(answer)).toEqual([
      { id: 1, a: "a" },
      { id: 3, a: "c" },
    ]);
    expect([...answer.absent]).toEqual([2n]);
    expect(answer.rows).toBe(2);
  });

  test("may have ids as numbers, bigints, or text, as drivers give them", async () => {
    const answer = await check(
      [
        { id: "1", a: 1 },
        { id: 2n, a: 2 },
        { id: "-9223372036854775808", a: 3 },
      ],
      {
        ids: [-(2n ** 63n), 1, 2],
      },
    );
    expect(rowsOf(answer).map(({ a }) => a)).toEqual([3, 1, 2]);
  });

  test("that nobody asked for are left out, and counted", async () => {
    const answer = await check([
      { id: 1, a: 1 },
      { id: 7, a: 7 },
      { id: 8, a: 8 },
    ]);
    expect(rowsOf(answer)).toEqual([{ id: 1, a: 1 }]);
    expect(answer.strangers).toEqual({ count: 2, example: 7 });
  });

  test("of the same id twice are an error, even when they are alike", async () => {
    await expect(
      check([
        { id: 1, a: 1 },
        { id: "1", a: 1 },
      ]),
    ).rejects.toMatchObject({ code: "duplicate-id" });
  });

  test("without a usable id are an error", async () => {
    for (const id of [
      null,
      undefined,
      Number.NaN,
      1.5,
      "",
      "x",
      "1.0",
      "1e3",
      {},
      true,
      2 ** 53,
      "99999999999999999999",
    ]) {
      await expect(check([{ id, a: 1 }]), String(id)).rejects.toMatchObject({ code: "invalid-row" });
    }
    await expect(check([{ a: 1 }])).rejects.toMatchObject({ code: "invalid-row" });
    for (const row of [null, 5, "row", [1, 2], undefined]) {
      await expect(check([row])).rejects.toMatchObject({ code: "invalid-row" });
    }
  });

  test("that all lack a column are an error naming it and what there is; a row that alone lacks it has null there", async () => {
    await expect(
      check([
        { id: 1, b: 1 },
        { id: 2, c: 1 },
      ]),
    ).rejects.toMatchObject({
      code: "column-not-found",
      columns: ["a"],
      available: ["b", "c", "id"],
    });
    expect(rowsOf(await check([{ id: 1 }, { id: 2, a: 5 }]))).toEqual([
      { id: 1, a: null },
      { id: 2, a: 5 },
    ]);
    expect(rowsOf(await check([{ id: 1, a: undefined }]))).toEqual([{ id: 1, a: null }]);
  });

  test("have columns of any name, and inherited properties are no columns", async () => {
    const row = JSON.parse('{"id":1,"__proto__":"p","constructor":"c"}') as object;
    const [made] = rowsOf(await check([row], { columns: ["__proto__", "constructor"] }));
    expect(Object.entries(made!)).toEqual([
      ["id", 1],
      ["__proto__", "p"],
      ["constructor", "c"],
    ]);
    const some: object[] = [{ id: 1, constructor: "own" }, { id: 2 }];
    expect(rowsOf(await check(some, { columns: ["constructor"] }))).toEqual([
      { id: 1, constructor: "own" },
      { id: 2, constructor: null },
    ]);
    await expect(check([{ id: 1 }], { columns: ["toString"] })).rejects.toMatchObject({ code: "column-not-found" });
  });

  test("give a dotted name from JSON, or from a column that is called so", async () => {
    expect(
      rowsOf(
        await check(
          [
            { id: 1, v: { x: 5 } },
            { id: 2, v: '{"x":6}' },
            { id: 3, v: null },
          ],
          { columns: ["v.x"] },
        ),
      ),
    ).toEqual([
      { id: 1, "v.x": 5 },
      { id: 2, "v.x": 6 },
      { id: 3, "v.x": null },
    ]);
    expect(rowsOf(await check([{ id: 1, v: { x: 5 }, "v.x": "real" }], { columns: ["v.x"] }))).toEqual([
      { id: 1, "v.x": "real" },
    ]);
    await expect(check([{ id: 1, w: 5 }], { columns: ["v.x"] })).rejects.toMatchObject({
      code: "column-not-found",
      columns: ["v.x"],
    });
  });

  test("whose JSON is none are an error with id, column, path and position", async () => {
    await expect(
      check(
        [
          { id: 1, v: "{}" },
          { id: 2, v: "{x" },
        ],
        { columns: ["v.x"] },
      ),
    ).rejects.toMatchObject({
      code: "json-parse",
      id: 2,
      column: "v.x",
      path: ["x"],
      position: 1,
    });
    await expect(check([{ id: 1, v: { x: 5 } }], { columns: ["v.x.y"] })).rejects.toMatchObject({
      code: "json-parse",
      reason: "scalar",
      id: 1,
      column: "v.x.y",
      position: 1,
    });
  });

  test("with text ids are told apart by each character", async () => {
    const answer = await checkTexts(
      [
        { id: "b", a: 1 },
        { id: "B", a: 2 },
      ],
      ["a", "b"],
    );
    expect(rowsOf(answer)).toEqual([{ id: "b", a: 1 }]);
    expect(answer.absent).toEqual(["a"]);
    expect(answer.strangers.count).toBe(1);
    await expect(checkTexts([{ id: null, a: 1 }], ["a"])).rejects.toMatchObject({ code: "invalid-row" });
  });
});

describe("answers as tables", () => {
  test("keep their types, and rows that nobody asked for are left out", async () => {
    const table = new arrow.Table({
      id: arrow.vectorFromArray([3, 9, 1], new arrow.Int32()),
      a: arrow.vectorFromArray([1.5, 2.5, null], new arrow.Float32()),
    });
    const answer = await check(table);
    expect(String(answer.parts[0]!.rows.schema.fields[1]!.type)).toBe("Float32");
    expect(rowsOf(answer)).toEqual([
      { id: 3, a: 1.5 },
      { id: 1, a: null },
    ]);
    expect([...answer.parts[0]!.ids]).toEqual([1n, 3n]);
    expect([...answer.absent]).toEqual([2n]);
  });

  test("are held to the same rules as rows", async () => {
    const ids = (values: unknown[], type: arrow.DataType) =>
      new arrow.Table({ id: arrow.vectorFromArray(values, type), a: arrow.vectorFromArray(values, type) });
    await expect(check(ids([1, 1], new arrow.Int32()))).rejects.toMatchObject({ code: "duplicate-id" });
    await expect(check(ids([1, null], new arrow.Int32()))).rejects.toMatchObject({ code: "invalid-row" });
    await expect(check(ids([1.5], new arrow.Float64()))).rejects.toMatchObject({ code: "invalid-row" });
    await expect(check(arrow.tableFromArrays({ a: Int32Array.of(1) }))).rejects.toMatchObject({ code: "invalid-row" });
    await expect(check(arrow.tableFromArrays({ id: Int32Array.of(1) }))).rejects.toMatchObject({
      code: "column-not-found",
    });
  });

  test("have JSON in texts and in structs", async () => {
    const struct = new arrow.Struct([
      new arrow.Field("x", new arrow.Int32(), true),
      new arrow.Field("l", new arrow.List(new arrow.Field("e", new arrow.Int32(), true)), true),
    ]);
    const table = new arrow.Table({
      id: arrow.vectorFromArray([1, 2], new arrow.Int32()),
      t: arrow.vectorFromArray(['{"x":1}', null], new arrow.Utf8()),
      s: arrow.vectorFromArray([{ x: 7, l: [4, 5] }, null], struct),
    });
    expect(rowsOf(await check(table, { columns: ["t.x", "s.x", "s.l.1"] }))).toEqual([
      { id: 1, "t.x": 1, "s.x": 7, "s.l.1": 5 },
      { id: 2, "t.x": null, "s.x": null, "s.l.1": null },
    ]);
  });

  test("without rows say that no id is there", async () => {
    const answer = await check(arrow.tableFromArrays({ id: new Int32Array(0), a: new Int32Array(0) }));
    expect(answer.parts).toEqual([]);
    expect(answer.absent.length).toBe(3);
  });
});

describe("answers in pieces", () => {
  test("are rows, arrays of rows and tables in any mixture", async () => {
    async function* pieces() {
      yield { id: 1, a: 1 };
      yield { id: 2, a: 2 };
      yield [{ id: 3, a: 3 }];
      yield arrow.tableFromArrays({ id: Int32Array.of(4), a: Int32Array.of(4) });
      yield arrow.tableFromArrays({ id: Int32Array.of(5), a: Float64Array.of(0.5) });
    }
    const answer = await check(pieces(), { ids: [1, 2, 3, 4, 5] });
    expect(
      rowsOf(answer)
        .sort((x, y) => Number(x.id) - Number(y.id))
        .map(({ a }) => a),
    ).toEqual([1, 2, 3, 4, 0.5]);
    expect(answer.parts.length).toBe(3);
  });

  test("are cut anywhere without a change", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(fc.nat(30), { minLength: 1 }),
        fc.array(fc.nat(30)),
        fc.boolean(),
        async (ids, cuts, asTables) => {
          const rows = ids.map((id) => ({ id, a: id / 2 }));
          async function* pieces() {
            let start = 0;
            for (const end of [...new Set([...cuts, ids.length])].sort((x, y) => x - y)) {
              const piece = rows.slice(start, end);
              start = Math.max(start, end);
              yield asTables
                ? arrow.tableFromArrays({ id: piece.map(({ id }) => id), a: Float64Array.from(piece, ({ a }) => a) })
                : piece;
            }
          }
          const answer = await check(pieces(), { ids: Array.from({ length: 31 }, (_, i) => i) });
          expect(rowsOf(answer).sort((x, y) => Number(x.id) - Number(y.id))).toEqual(rows.sort((x, y) => x.id - y.id));
          expect(answer.absent.length).toBe(31 - ids.length);
        },
      ),
    );
  });

  test("that are neither rows nor tables are an error", async () => {
    for (const answer of [undefined, null, 5, "rows", { rows: [] }, new Map(), () => []]) {
      await expect(check(answer)).rejects.toMatchObject({ code: "invalid-answer" });
    }
  });
});
