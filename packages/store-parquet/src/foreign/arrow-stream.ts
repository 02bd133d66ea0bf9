import type { Table } from "apache-arrow";
import type { Arrow } from "../arrow/load-arrow.js";

/** A table as an Arrow IPC stream: the pieces of it, most of them the buffers of the table itself. */
export async function arrowStream(
  arrow: Arrow,
  table: Table,
): Promise<{ readonly byteLength: number; readonly pieces: readonly Uint8Array[] }> {
  const writer = arrow.RecordBatchStreamWriter.writeAll(table);
  const pieces: Uint8Array[] = [];
  let byteLength = 0;
  for await (const piece of writer) {
    pieces.push(piece as Uint8Array);
    byteLength += (piece as Uint8Array).byteLength;
  }
  return { byteLength, pieces };
}
