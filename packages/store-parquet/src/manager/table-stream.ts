import { LarderError, type StreamedValue, streamedValueSymbol } from "@larder/core";
import type { RecordBatch, Schema, Table } from "apache-arrow";
import { loadArrow } from "../arrow/load-arrow.js";
import { abortableItems } from "../write/abortable-items.js";
import { batchesOf, checkSameColumns } from "../write/batch-stream.js";
import { firstNull } from "./schema-differences.js";

const tableStreamSymbol = Symbol.for("larder.tableStream");

/** How a stream of batches ends. */
export interface TableStreamOptions {
  /** Rows it must bring in all: fewer or more are an error, and nothing is stored. Absent: it ends when its batches do. */
  readonly rows?: number | undefined;
  /** Breaks it off, with its reason. */
  readonly signal?: AbortSignal | undefined;
}

/** What a stream of batches is made from. */
export type BatchesOfTable = AsyncIterable<RecordBatch | Table> | Iterable<RecordBatch | Table>;

/** A table whose rows come one batch after the other, and only once. Made by {@link tableStream}. */
export interface TableStream extends StreamedValue<Table> {
  readonly schema: Schema;
  /** Rows it must bring in all, where that is known. */
  readonly rows: number | undefined;
  readonly signal: AbortSignal | undefined;
  /**
   * The batches, checked against the schema as they come. Can be asked for once.
   *
   * @throws what the source throws, and the reason of the signal; LarderError `spent-stream`, `schema-mismatch`,
   *   `unstorable-table`, `null-in-required-column`, `incomplete-stream`
   */
  batches(): AsyncIterable<RecordBatch>;
}

/**
 * A table larger than memory, as a value that a cache stores while it comes: `cache.set(key, tableStream(schema, batches))`.
 * No more than a row group of it is in memory. A field that is declared not nullable must hold no null.
 *
 * @param schema - of all batches; those whose columns have other names, another order or other types are refused
 * @param batches - record batches or tables, of any number of rows
 * @throws LarderError `invalid-stream` when `batches` can't be iterated over, or `rows` is no number of rows
 */
export function tableStream(schema: Schema, batches: BatchesOfTable, options: TableStreamOptions = {}): TableStream {
  const { rows, signal } = options;
  if (!(isIterable(batches) && Array.isArray(schema?.fields))) {
    throw new LarderError(
      "A table stream is made of an Arrow schema and its batches: tableStream(schema, batches), where batches is an (async) iterable of record batches or tables.",
      { code: "invalid-stream" },
    );
  }
  if (rows !== undefined && !(Number.isSafeInteger(rows) && rows >= 0)) {
    throw new LarderError(`rows must be the number of rows of the whole stream, not ${String(rows)}.`, {
      code: "invalid-stream",
      facts: { rows },
    });
  }
  return new BatchStream(schema, batches, rows, signal);
}

/** Whether a value is a {@link TableStream}, of any copy of this package. */
export function isTableStream(value: unknown): value is TableStream {
  return typeof value === "object" && value !== null && tableStreamSymbol in value;
}

class BatchStream implements TableStream {
  readonly [tableStreamSymbol] = true;
  readonly schema: Schema;
  readonly rows: number | undefined;
  readonly signal: AbortSignal | undefined;
  readonly #source: BatchesOfTable;
  #spent = false;

  constructor(schema: Schema, source: BatchesOfTable, rows: number | undefined, signal: AbortSignal | undefined) {
    this.schema = schema;
    this.rows = rows;
    this.#source = source;
    this.signal = signal;
  }

  async *batches(signal = this.signal): AsyncGenerator<RecordBatch, void> {
    if (this.#spent) throw spentStream();
    this.#spent = true;
    let rows = 0;
    let part = 0;
    for await (const item of abortableItems<RecordBatch | Table>(this.#source, signal)) {
      const { schema, batches } = batchesOf(item);
      checkSameColumns(this.schema, schema, part++);
      for (const batch of batches as readonly RecordBatch[]) {
        checkNulls(this.schema, batch, rows);
        rows += batch.numRows;
        if (this.rows !== undefined && rows > this.rows) throw incomplete(this.rows, `${rows} or more`);
        if (batch.numRows > 0) yield batch;
      }
    }
    if (this.rows !== undefined && rows !== this.rows) throw incomplete(this.rows, String(rows));
  }

  async [streamedValueSymbol](signal?: AbortSignal): Promise<Table> {
    const arrow = await loadArrow();
    const either = signal && this.signal ? AbortSignal.any([signal, this.signal]) : (signal ?? this.signal);
    const collected: RecordBatch[] = [];
    for await (const batch of this.batches(either)) collected.push(batch);
    const columns = collected.map((batch) => new arrow.RecordBatch(this.schema, batch.data));
    return collected.length === 0 ? new arrow.Table(this.schema) : new arrow.Table(this.schema, columns);
  }
}

function checkNulls(schema: Schema, batch: RecordBatch, row: number): void {
  const found = firstNull(schema, batch.data.children, row);
  if (found === undefined) return;
  throw new LarderError(
    `The stream does not fit its schema: ${found}. Declare the field nullable, or leave such rows out.`,
    {
      code: "null-in-required-column",
      facts: { row },
    },
  );
}

function isIterable(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  return Symbol.asyncIterator in value || Symbol.iterator in value;
}

function spentStream(): LarderError {
  return new LarderError("A table stream was read a second time: its batches come once. Make a new one.", {
    code: "spent-stream",
  });
}

function incomplete(declared: number, actual: string): LarderError {
  return new LarderError(
    `A table stream was to bring ${declared} rows and brought ${actual}, so that nothing of it is kept.`,
    { code: "incomplete-stream", facts: { declared, actual } },
  );
}
