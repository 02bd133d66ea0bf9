import type { Table } from "apache-arrow";
import { type AnswerPiece, isArrowTable } from "../answers/collect-answer.js";
import type { FetchedRow } from "../fetcher.js";

const sampledRows = 64;

/** About how many bytes an answer takes up in memory, and how many rows it has. Row objects are judged by some of them. */
export function estimateBytes(pieces: readonly AnswerPiece[]): { readonly bytes: number; readonly rows: number } {
  let bytes = 0;
  let rows = 0;
  for (const piece of pieces) {
    if (isArrowTable(piece)) {
      bytes += tableBytes(piece as unknown as Table);
      rows += piece.numRows;
    } else {
      bytes += rowsBytes(piece as readonly FetchedRow[]);
      rows += (piece as readonly FetchedRow[]).length;
    }
  }
  return { bytes, rows };
}

/** Bytes of the buffers of a table. */
export function tableBytes(table: Pick<Table, "batches">): number {
  let bytes = 0;
  for (const batch of table.batches) bytes += batch.data.byteLength;
  return bytes;
}

function rowsBytes(rows: readonly FetchedRow[]): number {
  if (rows.length === 0) return 0;
  const step = Math.max(1, Math.floor(rows.length / sampledRows));
  let bytes = 0;
  let sampled = 0;
  for (let i = 0; i < rows.length; i += step) {
    bytes += valueBytes(rows[i], 0);
    sampled++;
  }
  return Math.ceil((bytes / sampled) * rows.length);
}

function valueBytes(value: unknown, depth: number): number {
  if (typeof value === "string") return 24 + value.length;
  if (typeof value !== "object" || value === null) return 16;
  if (ArrayBuffer.isView(value)) return 96 + value.byteLength;
  if (depth > 8) return 64;
  let bytes = 56;
  for (const inner of Object.values(value)) bytes += 8 + valueBytes(inner, depth + 1);
  return bytes;
}
