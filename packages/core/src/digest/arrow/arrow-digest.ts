import { TaggedBytes } from "../tagged-bytes.js";
import type { ArrowBatch, ArrowData, ArrowSchema, ArrowValue } from "./arrow-shape.js";
import { type Refuse, schemaText, typeId, typeText } from "./arrow-type.js";
import { type Column, createColumn } from "./column.js";
import { writeColumn } from "./column-digest.js";

/** A table, or the one batch of it. */
type Batches = Exclude<ArrowValue, { kind: "vector" }>;

/**
 * Writes what an Arrow table, record batch or vector is: kind, schema, number of rows, then each column's logical
 * values.
 */
export function writeArrow(value: ArrowValue, out: TaggedBytes, refuse: Refuse): void {
  out.string(value.kind);
  if (value.kind === "vector") {
    const { type, data } = value.vector;
    const runs = data.map((run) => ({ data: run, from: 0, length: run.length }));
    out.string(typeText(type, refuse));
    const column = createColumn(type, runs, undefined, refuse);
    out.count(column.length);
    writeColumn(column, out, refuse);
    return;
  }
  const { schema, batches } = batchesOf(value);
  out.string(schemaText(schema, refuse));
  let rows = 0;
  for (const { data } of batches) {
    checkRowsAreValid(data, refuse);
    rows += data.length;
  }
  out.count(rows);
  for (let index = 0; index < schema.fields.length; index++) {
    const refuseColumn: Refuse = (reason) => refuse(reason, schema.fields[index]!.name);
    out.begin();
    writeColumn(columnOf(value, index, refuseColumn), out, refuseColumn);
    out.end();
  }
}

/**
 * Name and digest of each column: of its type and values.
 *
 * @throws Error when a column has no digest
 */
export function columnDigests(value: Batches): readonly (readonly [name: string, digest: string])[] {
  const refuse: Refuse = (reason) => {
    throw new Error(reason);
  };
  return batchesOf(value).schema.fields.map((field, index) => {
    const out = new TaggedBytes();
    out.begin();
    out.string(schemaText({ fields: [field] }, refuse));
    writeColumn(columnOf(value, index, refuse), out, refuse);
    out.end();
    const digest = out.digest();
    out.release();
    return [field.name, digest] as const;
  });
}

function batchesOf(value: Batches): { schema: ArrowSchema; batches: readonly ArrowBatch[] } {
  return value.kind === "table" ? value.table : { schema: value.batch.schema, batches: [value.batch] };
}

function columnOf(value: Batches, index: number, refuse: Refuse): Column {
  const { schema, batches } = batchesOf(value);
  const runs = [];
  for (const { data } of batches) {
    if (data.length === 0) continue;
    const child = data.children[index];
    if (child === undefined) return refuse("a batch lacks this column of its schema");
    runs.push({ data: child, from: 0, length: data.length });
  }
  return createColumn(schema.fields[index]!.type, runs, undefined, refuse);
}

/** A table is a struct of columns whose rows are always there. */
function checkRowsAreValid(data: ArrowData, refuse: Refuse): void {
  const struct = { typeId: typeId.struct, children: [] };
  const { length, offset, nullBitmap, _nullCount } = data;
  const rows: ArrowData = {
    type: struct,
    length,
    offset,
    nullBitmap: nullBitmap ?? null,
    _nullCount,
    stride: 1,
    children: [],
  };
  if (createColumn(struct, [{ data: rows, from: 0, length }], undefined, refuse).validity !== undefined) {
    refuse("whole rows of it are null");
  }
}
