import { Dictionary, Field, Int16, makeVector, Schema, Table, Utf8, vectorFromArray } from "apache-arrow";

const made = new Map<string, Table>();

/** A table of several kinds of columns, with nulls and metadata, that compresses well; another for each seed. */
export function someTable(rows: number, seed = 1): Table {
  const name = `${rows} ${seed}`;
  const table = made.get(name) ?? newTable(rows, seed);
  made.set(name, table);
  return table;
}

function newTable(rows: number, seed: number): Table {
  const columns = {
    id: makeVector(BigInt64Array.from({ length: rows }, (_, i) => BigInt(i + seed * 1000))),
    value: makeVector(Float64Array.from({ length: rows }, (_, i) => ((i * seed) % 97) / 4)),
    name: vectorFromArray(
      Array.from({ length: rows }, (_, i) => (i % 11 === 0 ? null : `name ${(i + seed) % 500}`)),
      new Utf8(),
    ),
    kind: vectorFromArray(
      Array.from({ length: rows }, (_, i) => `kind ${(i + seed) % 7}`),
      new Dictionary(new Utf8(), new Int16()),
    ),
    flag: vectorFromArray(Array.from({ length: rows }, (_, i) => (i % 5 === 0 ? null : (i + seed) % 3 === 0))),
  };
  const plain = new Table(columns);
  const fields = plain.schema.fields.map((field) =>
    field.name === "value" ? new Field(field.name, field.type, field.nullable, new Map([["unit", "minutes"]])) : field,
  );
  const schema = new Schema(fields, new Map([["seed", String(seed)]]));
  return new Table(schema, plain.batches);
}
