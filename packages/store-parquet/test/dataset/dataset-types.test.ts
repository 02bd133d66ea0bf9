import { createRequire } from "node:module";
import * as arrow from "apache-arrow";
import { expect, test } from "vitest";
import { ids, openStore, readPlain, rows } from "./support/open-store.js";

const vector = (values: readonly unknown[], type: arrow.DataType) => arrow.vectorFromArray(values as unknown[], type);

test("a column widens with what is stored, for the answer as a whole", async () => {
  const { store } = openStore();
  const dataset = await store.openDataset("t");
  const given: [bigint, arrow.Vector, string][] = [
    [1n, vector([null], new arrow.Null()), "Null"],
    [2n, vector([1], new arrow.Int8()), "Int8"],
    [3n, vector([70_000], new arrow.Int32()), "Int32"],
    [4n, vector([2n ** 53n], new arrow.Int64()), "Int64"],
    [5n, vector([0.5], new arrow.Float64()), "Float64"],
    [6n, vector([-3], new arrow.Int16()), "Float64"],
  ];
  const expected: Record<string, unknown>[] = [];
  for (const [id, a, type] of given) {
    await dataset.append({ ids: ids(id), columns: ["a"], rows: rows(ids(id), { a }) });
    const value = a.get(0) as number | bigint | null;
    expected.push({ id, a: value === null ? null : Number(value) });
    const snapshot = await dataset.snapshot();
    expect(snapshot.columns).toEqual([expect.objectContaining({ name: "a", type })]);
    const table = await snapshot.read(ids(...expected.map((row) => row.id as bigint)), ["a"]);
    expect(String(table.schema.fields[1]!.type)).toBe(type);
    expect(table.toArray().map((row) => ({ id: row.id, a: row.a === null ? null : Number(row.a) }))).toEqual(expected);
    await snapshot.close();
  }
  await dataset.compact();
  const snapshot = await dataset.snapshot();
  expect(await readPlain(snapshot, ids(1, 2, 3, 4, 5, 6), ["a"])).toEqual(expected);
});

test("a value that a wider type does not hold exactly is a ColumnTypeError, and nothing is stored", async () => {
  const { store } = openStore();
  const dataset = await store.openDataset("t");
  const big = vector([2n ** 53n + 1n], new arrow.Int64());
  await dataset.append({ ids: ids(1), columns: ["a"], rows: rows(ids(1), { a: big }) });
  const before = await dataset.statistics();
  for (const a of [
    vector([0.5], new arrow.Float64()),
    vector(["x"], new arrow.Utf8()),
    vector([true], new arrow.Bool()),
  ]) {
    const refused = dataset.append({ ids: ids(2), columns: ["a"], rows: rows(ids(2), { a }) });
    await expect(refused).rejects.toMatchObject({ code: "column-type", facts: { column: "a", stored: "Int64" } });
  }
  expect(await dataset.statistics()).toEqual(before);
});

test("a type that is named decides, for what is stored and for what is read", async () => {
  const { store } = openStore();
  const dataset = await store.openDataset("t");
  await dataset.append({ ids: ids(1), columns: ["a"], rows: rows(ids(1), { a: vector([12], new arrow.Int32()) }) });
  const types = { a: "text" };
  const text = rows(ids(2), { a: vector(["thirteen"], new arrow.Utf8()) });
  await expect(dataset.append({ ids: ids(2), columns: ["a"], rows: text })).rejects.toMatchObject({
    code: "column-type",
  });
  await dataset.append({ ids: ids(2), columns: ["a"], rows: text, types });
  await dataset.append({
    ids: ids(3),
    columns: ["a"],
    rows: rows(ids(3), { a: vector([14], new arrow.Int32()) }),
    types,
  });
  const expected = [
    { id: 1n, a: "12" },
    { id: 2n, a: "thirteen" },
    { id: 3n, a: "14" },
  ];
  for (const options of [{ types }, {}]) {
    const snapshot = await dataset.snapshot();
    expect(await readPlain(snapshot, ids(1, 2, 3), ["a"], options)).toEqual(expected);
    await snapshot.close();
  }
  const snapshot = await dataset.snapshot();
  expect(await readPlain(snapshot, ids(1, 3), ["a"], { types: { a: "int" } })).toEqual([
    { id: 1n, a: 12n },
    { id: 3n, a: 14n },
  ]);
  await expect(snapshot.read(ids(2), ["a"], { types: { a: "int" } })).rejects.toMatchObject({ code: "column-type" });
  await dataset.compact();
  expect(await readPlain(await dataset.snapshot(), ids(1, 2, 3), ["a"])).toEqual(expected);
});

test("a column that is null throughout fits every type", async () => {
  const { store } = openStore();
  const dataset = await store.openDataset("t");
  await dataset.append({ ids: ids(1), columns: ["a"], rows: rows(ids(1), { a: vector([5n], new arrow.Int64()) }) });
  await dataset.append({ ids: ids(2), columns: ["a"], rows: rows(ids(2), { a: vector([null], new arrow.Utf8()) }) });
  const snapshot = await dataset.snapshot();
  expect(snapshot.columns[0]!.type).toBe("Int64");
  const unstored = [rows(ids(3), { a: vector([null], new arrow.Bool()) })];
  expect(await readPlain(snapshot, ids(3, 2, 1), ["a"], { unstored })).toEqual([
    { id: 3n, a: null },
    { id: 2n, a: null },
    { id: 1n, a: 5n },
  ]);
});

test("a batch in which nothing was found says nothing of types", async () => {
  const { store } = openStore();
  const dataset = await store.openDataset("t");
  await dataset.append({ ids: ids(1), columns: ["a"], rows: rows(ids(), { a: vector([], new arrow.Utf8()) }) });
  await dataset.append({ ids: ids(2), columns: ["a"], rows: rows(ids(2), { a: vector([2], new arrow.Int32()) }) });
  const snapshot = await dataset.snapshot();
  expect(snapshot.columns[0]!.type).toBe("Int32");
  expect(snapshot.coverage(ids(1, 2), ["a"]).absent).toEqual(ids(1));
});

test("rows in memory widen the answer like stored ones, and the last table wins", async () => {
  const { store } = openStore();
  const dataset = await store.openDataset("t");
  const a = vector([1, 2, 3], new arrow.Int32());
  await dataset.append({ ids: ids(1, 2, 3), columns: ["a", "b"], rows: rows(ids(1, 2, 3), { a, b: ["x", "y", "z"] }) });
  const snapshot = await dataset.snapshot();
  const unstored = [
    rows(ids(2, 9), { a: vector([20.5, 90], new arrow.Float64()) }),
    rows(ids(9, 3, 77), { a: vector([91, 30, 0], new arrow.Float32()), b: ["nine", "three", "none"] }),
  ];
  const table = await snapshot.read(ids(9, 1, 2, 3, 9), ["b", "a"], { unstored });
  expect(String(table.schema.fields[2]!.type)).toBe("Float64");
  expect(table.toArray().map((row) => ({ ...row.toJSON() }))).toEqual([
    { id: 9n, b: "nine", a: 91 },
    { id: 1n, b: "x", a: 1 },
    { id: 2n, b: "y", a: 20.5 },
    { id: 3n, b: "three", a: 30 },
    { id: 9n, b: "nine", a: 91 },
  ]);
  const wrong = [rows(ids(2), { a: vector(["text"], new arrow.Utf8()) })];
  await expect(snapshot.read(ids(1, 2), ["a"], { unstored: wrong })).rejects.toMatchObject({ code: "column-type" });
});

test("texts that are JSON are another type than texts that are not, and keep their mark", async () => {
  const { store } = openStore();
  const dataset = await store.openDataset("t");
  const json = rows(ids(1), { a: ['{"b":1}'] });
  await dataset.append({ ids: ids(1), columns: ["a"], rows: json, types: { a: "json" } });
  await expect(
    dataset.append({ ids: ids(2), columns: ["a"], rows: rows(ids(2), { a: ["plain"] }) }),
  ).rejects.toMatchObject({ code: "column-type" });
  await dataset.append({ ids: ids(3), columns: ["a"], rows: rows(ids(3), { a: vector([null], new arrow.Null()) }) });
  const table = await (await dataset.snapshot()).read(ids(3, 1), ["a"]);
  expect(table.schema.fields[1]!.metadata.get("larder:json")).toBe("true");
  expect(table.toArray().map((row) => row.a)).toEqual([null, '{"b":1}']);
});

test("dictionaries, lists and structs are read as they were stored, over several parts", async () => {
  const { store } = openStore();
  const dataset = await store.openDataset("t");
  const point = new arrow.Struct([
    new arrow.Field("x: odd", new arrow.Int32(), true),
    new arrow.Field("y, too", new arrow.Utf8(), true),
  ]);
  const list = new arrow.List(new arrow.Field("item", new arrow.Float64(), true));
  const word = new arrow.Dictionary(new arrow.Utf8(), new arrow.Int32());
  const other = new arrow.Dictionary(new arrow.Utf8(), new arrow.Int32());
  const part = (id: bigint, text: string) =>
    rows(ids(id, id + 10n), {
      point: vector([{ "x: odd": Number(id), "y, too": text }, null], point),
      list: vector([[Number(id), null], []], list),
      word: vector([text, null], word),
      other: vector([text.toUpperCase(), "same"], other),
    });
  const columns = ["point", "list", "word", "other"];
  for (const [id, text] of [
    [1n, "one"],
    [2n, "two"],
  ] as const) {
    await dataset.append({ ids: ids(id, id + 10n), columns, rows: part(id, text) });
  }
  const check = async () => {
    const snapshot = await dataset.snapshot();
    const table = await snapshot.read(ids(12, 1, 2), columns);
    const shown = arrow.tableFromIPC(arrow.tableToIPC(table));
    const plain = shown.toArray().map((row) => ({ ...JSON.parse(String(row)) }));
    expect(plain.map(({ word, other }) => [word, other])).toEqual([
      [null, "same"],
      ["one", "ONE"],
      ["two", "TWO"],
    ]);
    expect(shown.toArray().map((row) => row.list && [...row.list])).toEqual([[], [1, null], [2, null]]);
    expect(shown.toArray().map((row) => row.point && { ...row.point.toJSON() })).toEqual([
      null,
      { "x: odd": 1, "y, too": "one" },
      { "x: odd": 2, "y, too": "two" },
    ]);
    await snapshot.close();
  };
  await check();
  await dataset.compact();
  await check();
});

test("tables of another copy of apache-arrow are stored, and read beside those of ours", async () => {
  // The package has two copies of itself, one for each kind of module.
  const entry = createRequire(import.meta.url)
    .resolve("apache-arrow")
    .replace(/\.m?js$/, "");
  const copies = (await Promise.all([import(`${entry}.js`), import(`${entry}.mjs`)])) as (typeof arrow)[];
  const other = copies.find((copy) => copy.Table !== arrow.Table)!;
  const made = (from: typeof arrow, id: bigint) =>
    new from.Table({
      id: from.makeVector(ids(id)),
      word: from.vectorFromArray([`word ${id}`]),
      list: from.vectorFromArray([[Number(id), null]], new from.List(new from.Field("item", new from.Int32(), true))),
      flag: from.vectorFromArray([null], new from.Bool()),
    });
  const { store } = openStore();
  const dataset = await store.openDataset("t");
  const columns = ["word", "list", "flag"];
  for (const [copy, id] of [
    [other, 1n],
    [arrow, 2n],
  ] as const) {
    await dataset.append({ ids: ids(id), columns, rows: made(copy, id) });
  }
  const table = await (await dataset.snapshot()).read(ids(3, 2, 1), columns, { unstored: [made(other, 3n)] });
  expect(table).toBeInstanceOf(arrow.Table);
  expect(table.toArray().map((row) => [row.word, [...row.list], row.flag])).toEqual(
    [3, 2, 1].map((id) => [`word ${id}`, [id, null], null]),
  );
});
