import { setImmediate } from "node:timers/promises";
import type { Data, RecordBatch, Table } from "apache-arrow";
import { type ColumnBuilder, createColumnBuilder } from "./column-builder.js";
import { decodeChunk } from "./decode-chunk.js";
import type { ReadableColumn } from "./file-layout.js";
import type { FileParts, OpenedFile } from "./opened-file.js";
import { parsing } from "./parquet-errors.js";
import { type GroupPlan, planRead } from "./read-plan.js";

/** A column of text or bytes beyond this gets another Arrow batch, for its offsets are 32-bit. */
const batchBytes = 2 ** 30;

/**
 * Reads rows `start` to `end` of some columns as an Arrow table, in one batch unless it is very large. While one row
 * group is decoded the next is fetched; the event loop gets its turn between them.
 */
export async function readTable(
  file: OpenedFile,
  parts: FileParts,
  columns: readonly ReadableColumn[],
  start: number,
  end: number,
): Promise<Table> {
  const { arrow, reader, layout } = parts;
  const plans = await planRead(layout, reader, columns, start, end, file.readRange);
  const schema = new arrow.Schema(
    columns.map((column) => column.field),
    layout.metadata,
  );
  const batches: RecordBatch[] = [];
  let next = plans[0] && fetchGroup(file, plans[0]);
  let at = 0;
  for (const batchPlans of intoBatches(plans)) {
    const rows = batchPlans.reduce((sum, { from, to }) => sum + to - from, 0);
    const builders = parsing("its values", {}, () =>
      columns.map((column, i) => {
        const byteLength = batchPlans.reduce(
          (sum, { chunks }) => sum + valueBytes(chunks[i]!.pieces, chunks[i]!.chunk),
          0,
        );
        return createColumnBuilder({ arrow, type: column.field.type, leaf: column.leaf, rows, byteLength });
      }),
    );
    for (const plan of batchPlans) {
      const bytes = await next!;
      const following = plans[++at];
      next = following && fetchGroup(file, following);
      // An error here must not leave the fetch ahead without a listener.
      next?.catch(() => {});
      decodeGroup(parts, plan, bytes, builders);
      await setImmediate();
    }
    const finish = () =>
      batchOf(
        parts,
        columns,
        builders.map((builder) => builder.finish()),
        rows,
      );
    batches.push(parsing("its values", {}, finish));
  }
  if (batches.length === 0) return emptyTable(parts, columns, end - start);
  return new arrow.Table(schema, batches);
}

function valueBytes(
  pieces: readonly { start: number; end: number }[],
  chunk: { metadata: { total_uncompressed_size: bigint; total_compressed_size: bigint } },
): number {
  const stored = pieces.reduce((sum, { start, end }) => sum + end - start, 0);
  const ratio =
    Number(chunk.metadata.total_uncompressed_size) / Math.max(1, Number(chunk.metadata.total_compressed_size));
  return Math.ceil(stored * Math.min(Math.max(ratio, 1), 4));
}

/** The bytes of each range of a plan. */
async function fetchGroup(file: OpenedFile, { ranges }: GroupPlan): Promise<Uint8Array[]> {
  return Promise.all(ranges.map((range) => file.readRange(range)));
}

function decodeGroup(
  parts: FileParts,
  plan: GroupPlan,
  fetched: readonly Uint8Array[],
  builders: readonly ColumnBuilder[],
): void {
  plan.chunks.forEach((chunk, i) => {
    const pieces = chunk.pieces.map(({ start, end }) => {
      const place = plan.ranges.findIndex((range) => range.start <= start && end <= range.end);
      const range = plan.ranges[place]!;
      return fetched[place]!.subarray(start - range.start, end - range.start);
    });
    const { name } = chunk.column;
    parsing(`column ${JSON.stringify(name)}`, { column: name }, () =>
      decodeChunk(parts.reader, chunk, pieces, plan.from, plan.to, builders[i]!),
    );
  });
}

function intoBatches(plans: readonly GroupPlan[]): GroupPlan[][] {
  const batches: GroupPlan[][] = [];
  let bytes: number[] = [];
  for (const plan of plans) {
    const more = plan.chunks.map(({ chunk, column }) =>
      column.leaf.type === "BYTE_ARRAY" ? Number(chunk.metadata.total_uncompressed_size) : 0,
    );
    const full = more.some((size, i) => (bytes[i] ?? 0) + size > batchBytes);
    if (full || batches.length === 0) {
      batches.push([]);
      bytes = [];
    }
    batches.at(-1)!.push(plan);
    bytes = more.map((size, i) => (bytes[i] ?? 0) + size);
  }
  return batches;
}

function batchOf(
  { arrow, layout }: FileParts,
  columns: readonly ReadableColumn[],
  children: Data[],
  rows: number,
): RecordBatch {
  const fields = columns.map((column) => column.field);
  const data = arrow.makeData({ type: new arrow.Struct(fields), length: rows, nullCount: 0, children });
  return new arrow.RecordBatch(new arrow.Schema(fields, layout.metadata), data);
}

/** A table without row groups to read: no rows, or no columns. */
function emptyTable(parts: FileParts, columns: readonly ReadableColumn[], rows: number): Table {
  const { arrow, layout } = parts;
  const schema = new arrow.Schema(
    columns.map((column) => column.field),
    layout.metadata,
  );
  if (columns.length > 0 || rows === 0) return new arrow.Table(schema);
  return new arrow.Table(schema, [batchOf(parts, [], [], rows)]);
}
