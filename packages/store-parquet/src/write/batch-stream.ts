import { LarderError } from "@larder/core";
import type { RecordBatch, Schema, Table } from "apache-arrow";
import { type ArrowLikeBatch, type ArrowLikeTable, isArrowLikeTable } from "../arrow/arrow-like.js";
import { typeText } from "../arrow/type-text.js";
import { explainUnstorable } from "./explain-unstorable.js";

/** A table that comes in parts, all of one schema, and need never be in memory as a whole. */
export interface BatchStream {
  /** Names, types, nullability and metadata. May be left out where there is at least one part: then the first part's counts. */
  readonly schema?: Schema | ArrowLikeTable["schema"] | undefined;
  /** Record batches or tables, of any number of rows, of any copy of apache-arrow. */
  readonly batches: Iterable<TablePart> | AsyncIterable<TablePart>;
}

/** One part of a stream. */
export type TablePart = RecordBatch | Table | (ArrowLikeBatch & Pick<ArrowLikeTable, "schema">) | ArrowLikeTable;

type ArrowLikeSchema = ArrowLikeTable["schema"];

/** The batches of a part. @throws LarderError `unstorable-table` when it is not one, or its columns differ in length */
export function batchesOf(part: TablePart): { schema: ArrowLikeSchema; batches: readonly ArrowLikeBatch[] } {
  const batch = part as ArrowLikeBatch & ArrowLikeTable;
  const isBatch =
    typeof part === "object" && part !== null && !("batches" in part) && Array.isArray(batch.data?.children);
  const table: ArrowLikeTable = isBatch ? { schema: batch.schema, numRows: batch.numRows, batches: [batch] } : batch;
  if (!isArrowLikeTable(table)) {
    throw unstorable("A part of the stream is neither an Arrow record batch nor an Arrow table.");
  }
  const reason = explainUnstorable(table);
  if (reason !== undefined) throw unstorable(reason);
  return { schema: table.schema, batches: table.batches };
}

/** Checks that a schema can be stored at all. @throws LarderError `unstorable-table` naming the column and its type */
export function checkStorable(schema: ArrowLikeSchema): void {
  const reason = explainUnstorable({ schema, batches: [], numRows: 0 });
  if (reason !== undefined) throw unstorable(reason);
}

/**
 * Checks that a part has the columns of the stream: names and types, in their order. Nullability and metadata are those of the
 * stream.
 *
 * @throws LarderError `schema-mismatch` naming the first column that differs
 */
export function checkSameColumns(stream: ArrowLikeSchema, part: ArrowLikeSchema, partNumber: number): void {
  if (stream === part) return;
  const count = Math.max(stream.fields.length, part.fields.length);
  for (let i = 0; i < count; i++) {
    const expected = stream.fields[i];
    const found = part.fields[i];
    if (expected?.name === found?.name && columnText(expected) === columnText(found)) continue;
    throw new LarderError(
      `Part ${partNumber} of the stream differs in column ${i}: the stream has ${columnText(expected)}, the part ${columnText(found)}. All parts must have the same columns.`,
      { code: "schema-mismatch", facts: { part: partNumber, column: expected?.name ?? found?.name, index: i } },
    );
  }
}

function columnText(field: ArrowLikeSchema["fields"][number] | undefined): string {
  if (!field) return "none";
  const ordered = field.type.isOrdered ? " (ordered)" : "";
  return `${JSON.stringify(field.name)} of type ${typeText(field.type)}${ordered}`;
}

function unstorable(reason: string): LarderError {
  return new LarderError(reason, { code: "unstorable-table" });
}
