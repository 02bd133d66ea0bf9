import { bytesSource } from "@larder/core";
import { encodeParquet, openParquet } from "@larder/store-parquet";
import { Field, RecordBatch, Schema, Table, tableFromArrays } from "apache-arrow";
import { expect, test } from "vitest";
import { refuseOther } from "../../src/hot-tables/same-tables.js";
import { turns } from "../../src/hot-tables/turns.js";
import { someTable } from "./some-table.js";

const rows = 1000;

const plain = (change: (values: Float64Array) => void = () => {}, name = "value"): Table => {
  const values = Float64Array.from({ length: rows }, (_, i) => i);
  change(values);
  return tableFromArrays({ id: Int32Array.from({ length: rows }, (_, i) => i), [name]: values });
};

function withSchema(table: Table, change: (schema: Schema) => Schema): Table {
  const schema = change(table.schema);
  return new Table(
    schema,
    table.batches.map((batch) => new RecordBatch(schema, batch.data)),
  );
}

async function hold(one: Table, other: Table, step: number): Promise<void> {
  const [cold, hot] = await Promise.all([
    encodeParquet(one, { profile: "cold" }),
    encodeParquet(other, { profile: "hot" }),
  ]);
  const tables = [cold, hot].map(({ bytes }) => openParquet(bytesSource(bytes)));
  await refuseOther(tables[0]!, tables[1]!, { rows: one.numRows, step, turns: turns() });
}

test.each([1000, 64, 999])("a table is the same in both profiles, looked at %d rows at a time", async (step) => {
  await hold(someTable(rows), someTable(rows), step);
});

test.each<[string, Table, number]>([
  ["one value", plain((values) => values.set([0.5], 777)), 768],
  ["one value, in the last row", plain((values) => values.set([1e9], rows - 1)), 960],
  ["the sign of a zero", plain((values) => values.set([-0], 0)), 0],
  ["the order of rows", plain((values) => values.subarray(500, 700).reverse()), 448],
  ["the number of rows", plain().slice(0, rows - 1), rows],
  ["the name of a column", plain(undefined, "valve"), 0],
  ["metadata", withSchema(plain(), ({ fields }) => new Schema(fields, new Map([["a", "b"]]))), 0],
  [
    "metadata of a column",
    withSchema(plain(), ({ fields: [id, value] }) => {
      return new Schema([id!, new Field(value!.name, value!.type, value!.nullable, new Map([["unit", "s"]]))]);
    }),
    0,
  ],
])("another table is refused: it differs in %s", async (_, other, row) => {
  await expect(hold(plain(), other, 64)).rejects.toThrow(`from row ${row} on`);
});
