import type { Data, RecordBatch, Table } from "apache-arrow";
import type { Arrow } from "../../arrow/load-arrow.js";
import { sequenceColumn } from "./part-columns.js";
import { invalidPart } from "./part-errors.js";

/** The table with the column of sequences behind its own. @throws LarderError `invalid-part` where they are not as many as the rows */
export function withSequences(arrow: Arrow, table: Table, sequences: Float64Array | number): Table {
  if (typeof sequences !== "number" && sequences.length !== table.numRows) {
    throw invalidPart(`it has ${table.numRows} rows and ${sequences.length} sequences`);
  }
  const type = new arrow.Int64();
  const field = new arrow.Field(sequenceColumn, type, false);
  const schema = new arrow.Schema([...table.schema.fields, field], table.schema.metadata);
  let row = 0;
  const batches = table.batches.map((batch): RecordBatch => {
    const values = new BigInt64Array(batch.numRows);
    if (typeof sequences === "number") values.fill(BigInt(sequences));
    else fillFrom(values, sequences, row);
    row += batch.numRows;
    const column: Data = arrow.makeData({ type, data: values, length: values.length });
    const children = [...batch.data.children, column];
    const data = arrow.makeData({
      type: new arrow.Struct(schema.fields),
      length: batch.numRows,
      nullCount: 0,
      children,
    });
    return new arrow.RecordBatch(schema, data);
  });
  return batches.length === 0 ? new arrow.Table(schema) : new arrow.Table(schema, batches);
}

/** Whole numbers as their two words: a bigint for each would take most of the time. */
function fillFrom(target: BigInt64Array, numbers: Float64Array, first: number): void {
  const words = new Int32Array(target.buffer);
  for (let i = 0; i < target.length; i++) {
    const number = numbers[first + i]!;
    const high = Math.floor(number / 2 ** 32);
    words[2 * i] = number - high * 2 ** 32;
    words[2 * i + 1] = high;
  }
}
