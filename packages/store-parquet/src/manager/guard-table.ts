import type { RecordBatch, Schema, Table } from "apache-arrow";
import { type ArrowLikeTable, isArrowLikeTable } from "../arrow/arrow-like.js";
import { explainUnstorable } from "../write/explain-unstorable.js";
import { columnsToTable, isColumnsInput } from "./columns-to-table.js";
import { refusal } from "./refusals.js";
import { firstNull, schemaDifferences } from "./schema-differences.js";
import { isTableStream, type TableStream, tableStream } from "./table-stream.js";

/** What a table must keep to in order to be stored. What is absent is not looked at. */
export interface Guards {
  /** Columns by name, order and type; a field that is not nullable must hold no null. */
  readonly schema?: Schema | undefined;
  /** Most rows. */
  readonly maxRows?: number | undefined;
  /** Most bytes of the file that is stored. */
  readonly maxBytes?: number | undefined;
}

/** How a stream that is written ends; see `tableStream`. */
export interface StreamEndOptions {
  readonly rows?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * The table that a value is, looked at before it is stored; a stream is looked at while it runs.
 *
 * @throws LarderError that is a refusal: `not-a-table`, `unequal-columns`, `unsuitable-value`, `schema-mismatch`, `too-many-rows`,
 *   `unstorable-table`
 */
export async function guardTable(value: unknown, guards: Guards, end: StreamEndOptions): Promise<Table | TableStream> {
  if (isTableStream(value)) return guardStream(value, guards, end);
  if (isArrowLikeTable(value)) return guardWhole(value as unknown as Table, guards, end);
  if (isColumnsInput(value)) return guardWhole(await columnsToTable(value, guards.schema), guards, end);
  throw refusal(
    "not-a-table",
    `The value is no table but ${kindOf(value)}. Give an Arrow table, an object of columns (arrays), tableStream(schema, batches) or remoteReference({ uri }).`,
  );
}

function guardWhole(table: Table, guards: Guards, end: StreamEndOptions): Table {
  checkStorable(table as unknown as ArrowLikeTable);
  checkSchema(table.schema, guards);
  checkRows(table.numRows, guards);
  if (end.rows !== undefined && end.rows !== table.numRows) {
    throw refusal("incomplete-table", `The table has ${table.numRows} rows instead of ${end.rows}.`);
  }
  let row = 0;
  for (const batch of table.batches) {
    checkNulls(batch, row, guards);
    row += batch.numRows;
  }
  return table;
}

function guardStream(stream: TableStream, guards: Guards, { rows, signal }: StreamEndOptions): TableStream {
  checkStorable({ schema: stream.schema, batches: [], numRows: 0 } as unknown as ArrowLikeTable);
  checkSchema(stream.schema, guards);
  if (stream.rows !== undefined) checkRows(stream.rows, guards);
  const signals = [stream.signal, signal].filter((one) => one !== undefined);
  async function* batches(): AsyncGenerator<RecordBatch> {
    let row = 0;
    for await (const batch of stream.batches()) {
      checkNulls(batch, row, guards);
      row += batch.numRows;
      checkRows(row, guards);
      yield batch;
    }
  }
  const both = signals.length > 1 ? AbortSignal.any(signals) : signals[0];
  return tableStream(stream.schema, batches(), { rows, signal: both });
}

function checkStorable(table: ArrowLikeTable): void {
  const reason = explainUnstorable(table);
  if (reason !== undefined) throw refusal("unstorable-table", reason);
}

function checkSchema(schema: Schema, { schema: declared }: Guards): void {
  if (declared === undefined) return;
  const differences = schemaDifferences(declared, schema);
  if (differences.length === 0) return;
  throw refusal("schema-mismatch", `The table is not as its schema declares it: ${differences.join("; ")}.`, {
    differences,
  });
}

function checkNulls(batch: RecordBatch, row: number, { schema: declared }: Guards): void {
  const found = declared === undefined ? undefined : firstNull(declared, batch.data.children, row);
  if (found === undefined) return;
  throw refusal("schema-mismatch", `The table is not as its schema declares it: ${found}.`, { differences: [found] });
}

function checkRows(rows: number, { maxRows }: Guards): void {
  if (maxRows === undefined || rows <= maxRows) return;
  throw refusal(
    "too-many-rows",
    `The table has more than the ${maxRows} rows that are allowed. Raise maxRows, or store less of it.`,
    { maxRows, rowsSoFar: rows },
  );
}

function kindOf(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  if (typeof value !== "object") return `a ${typeof value}`;
  if (Array.isArray(value)) return "an array";
  const name = (Object.getPrototypeOf(value) as { constructor?: { name?: string } } | null)?.constructor?.name;
  if (name !== undefined && name !== "Object") return `an instance of ${name}`;
  const [property] = Object.entries(value).find(([, column]) => !isColumnsInput({ column })) ?? [];
  return `an object whose property ${JSON.stringify(property)} is no column`;
}
