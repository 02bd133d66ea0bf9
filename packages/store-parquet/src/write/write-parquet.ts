import { LarderError } from "@larder/core";
import type { ArrowLikeBatch, ArrowLikeTable } from "../arrow/arrow-like.js";
import type { ParquetFileWriter } from "../format/parquet-file-writer.js";
import { abortableItems } from "./abortable-items.js";
import { type BatchStream, batchesOf, checkSameColumns, checkStorable } from "./batch-stream.js";
import { type DistinctEntries, distinctEntries } from "./distinct-entries.js";
import { type ColumnPlan, planColumn } from "./encode-column.js";
import { chunksOfParts } from "./joined-parts.js";
import { bytesOfRows, rowGroupEnd } from "./row-group-cuts.js";
import { createTableFile, rowGroupParts } from "./table-file.js";
import { type CheckedOptions, checkOptions, type EncodeParquetOptions } from "./write-options.js";

/** How a stream is written. */
export interface WriteParquetOptions extends EncodeParquetOptions {
  /** Stops the writing; its reason is thrown. */
  readonly signal?: AbortSignal | undefined;
}

/** A Parquet file as it is made. */
export interface ParquetChunks {
  /** The bytes of the file in order, to be read once. Whoever stops early ends the stream of batches too. */
  readonly chunks: AsyncIterable<Uint8Array>;
  /** What was written; right once `chunks` have ended. */
  details(): { readonly rows: number; readonly columns: number };
}

/**
 * Writes a stream of Arrow batches as one plain Parquet file, in the memory that a row group takes. Parts of any size are
 * regrouped; rows keep their order. A column is REQUIRED where its field is declared not nullable, else OPTIONAL: unlike
 * {@link encodeParquet}, which sees all rows first.
 *
 * What goes wrong, and what the stream itself throws, is thrown by `chunks`; the bytes before are then no Parquet file.
 *
 * @throws LarderError by `chunks`: `schema-mismatch`, `null-in-required-column`, `unstorable-table`, `missing-schema` where there is
 *   neither a schema nor a part, `invalid-option`, `unknown-column`, `unsupported-compression`
 */
export function writeParquet(stream: BatchStream, options: WriteParquetOptions = {}): ParquetChunks {
  const written = { rows: 0, columns: 0 };
  return { chunks: encodedChunks(stream, options, written), details: () => ({ ...written }) };
}

async function* encodedChunks(
  stream: BatchStream,
  options: WriteParquetOptions,
  written: TableSize,
): AsyncGenerator<Uint8Array, void, undefined> {
  for await (const parts of streamParts(stream, options, written)) yield* chunksOfParts(parts);
}

/** Rows and columns of a table, as they become known. */
export interface TableSize {
  rows: number;
  columns: number;
}

/**
 * The bytes of such a file in order, a row group at a time, in parts that may be views of the batches' memory.
 *
 * @param written right once the parts have ended
 * @throws LarderError as `chunks` of {@link writeParquet}
 */
export async function* streamParts(
  stream: BatchStream,
  options: WriteParquetOptions,
  written: TableSize,
): AsyncGenerator<readonly Uint8Array[], void, undefined> {
  const { signal } = options;
  let begun = stream.schema && (await beginFile(stream.schema, options));
  let partNumber = 0;
  for await (const part of abortableItems(stream.batches, signal)) {
    const { schema, batches } = batchesOf(part);
    begun ??= await beginFile(schema, options);
    checkSameColumns(begun.schema, schema, partNumber++);
    for (const batch of batches) {
      addBatch(begun, batch);
      if (isFull(begun)) yield* encodeRowGroups(begun, "full ones", signal);
    }
  }
  if (!begun) {
    throw new LarderError(
      "The stream has no part and no schema. Give its schema, so that an empty table can be stored.",
      {
        code: "missing-schema",
      },
    );
  }
  yield* encodeRowGroups(begun, "all", signal);
  begun.file.finish();
  yield begun.file.take();
  written.rows = begun.rowsBefore;
  written.columns = begun.schema.fields.length;
}

/** A file that rows are still added to, and the rows that no row group has yet. */
interface BegunFile {
  readonly schema: ArrowLikeTable["schema"];
  readonly options: CheckedOptions;
  readonly file: ParquetFileWriter;
  readonly distinct: readonly (DistinctEntries | undefined)[];
  /** The rows from `start` on wait. */
  batches: ArrowLikeBatch[];
  start: number;
  rows: number;
  /** What the waiting rows take, about. */
  bytes: number;
  /** Rows that came before the first of `batches`. */
  rowsBefore: number;
}

async function beginFile(schema: ArrowLikeTable["schema"], options: WriteParquetOptions): Promise<BegunFile> {
  checkStorable(schema);
  const checked = await checkOptions(options, schema.fields);
  const distinct = schema.fields.map((field) => distinctEntries(field));
  const begun = { schema, options: checked, distinct, batches: [], start: 0, rows: 0, bytes: 0, rowsBefore: 0 };
  return { ...begun, file: await createTableFile(schema, planColumns({ ...begun }), checked) };
}

function planColumns(begun: Omit<BegunFile, "file">): ColumnPlan[] {
  const { schema, options, batches, distinct, rowsBefore } = begun;
  return schema.fields.map((field, i) =>
    planColumn(
      field,
      batches.map((batch) => batch.data.children[i]!),
      {
        nullability: "declared",
        rowsBefore,
        layout: options.layout,
        bloomFilter: options.bloomFilters.get(field.name),
        distinctEntries: distinct[i],
      },
    ),
  );
}

function addBatch(begun: BegunFile, batch: ArrowLikeBatch): void {
  if (batch.numRows === 0) return;
  begun.batches.push(batch);
  begun.rows += batch.numRows;
  begun.bytes += bytesOfRows([batch], 0, batch.numRows);
}

function isFull({ start, rows, bytes, options }: BegunFile): boolean {
  return rows - start >= options.rowGroupRows || bytes > options.rowGroupBytes;
}

async function* encodeRowGroups(
  begun: BegunFile,
  which: "full ones" | "all",
  signal: AbortSignal | undefined,
): AsyncGenerator<readonly Uint8Array[], void, undefined> {
  const { batches, rows, options, file } = begun;
  const plans = planColumns(begun);
  while (begun.start < rows) {
    const { end, full } = rowGroupEnd(batches, begun.start, rows, options);
    if (!full && which === "full ones") break;
    signal?.throwIfAborted();
    const parts: Uint8Array[] = [];
    for await (const some of rowGroupParts(file, plans, begun.start, end)) for (const part of some) parts.push(part);
    begun.start = end;
    yield parts;
  }
  dropEncoded(begun);
}

/** Lets go of the batches whose rows are all encoded. */
function dropEncoded(begun: BegunFile): void {
  let dropped = 0;
  let rows = 0;
  while (dropped < begun.batches.length && rows + begun.batches[dropped]!.numRows <= begun.start) {
    rows += begun.batches[dropped++]!.numRows;
  }
  begun.batches = begun.batches.slice(dropped);
  begun.start -= rows;
  begun.rows -= rows;
  begun.rowsBefore += rows;
  begun.bytes = begun.rows > begun.start ? bytesOfRows(begun.batches, begun.start, begun.rows) : 0;
}
