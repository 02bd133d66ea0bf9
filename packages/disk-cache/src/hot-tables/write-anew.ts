import { type FileHandle, open } from "node:fs/promises";
import { type BlobSource, createContentHasher } from "@larder/core";
import {
  type EncodeParquetOptions,
  openParquet,
  openParquetFile,
  type ParquetTable,
  parquetCodec,
  tableStream,
} from "@larder/store-parquet";
import type { Table } from "apache-arrow";
import { refuseOther, tableSlice } from "./same-tables.js";
import type { Turns } from "./turns.js";

/** How a table is written anew. */
export interface WriteAnew {
  /** Path of the file, which must not exist. Whoever asks for it removes it, also after a failure. */
  readonly file: string;
  readonly parquet: EncodeParquetOptions;
  /** Larger than this, it is given up. */
  readonly mostBytes: number;
  readonly turns: Turns;
}

/** A table file as it was written. */
export interface WrittenTable {
  readonly byteLength: number;
  /** As in a blob record. */
  readonly checksum: string;
}

/** Of the two forms of a table, about so many bytes are in memory at once, besides a row group that is being written. */
const stepBytes = 2 ** 24;
const mostStepRows = 65_536;

/** Bytes are written and digested so many at once. */
const pieceBytes = 2 ** 20;

/**
 * Writes the table in `source` to a file by other options, and reads both again to see that they are the same: schema, metadata, and
 * every row in its place.
 *
 * @param source - verified bytes of a Parquet file
 * @returns `undefined` when it would take more than `mostBytes`
 * @throws Error when the two differ, which would be a fault of this program; the reason of `turns`; what reading and writing throw
 */
export async function writeAnew(source: BlobSource, how: WriteAnew): Promise<WrittenTable | undefined> {
  const { file, turns } = how;
  const table = openParquet(source);
  const rows = await table.scan().count();
  const written = await writeTable(table, rows, source.byteLength, how);
  if (written === undefined) return undefined;
  const again = await openParquetFile(file);
  try {
    const step = rowsAtOnce(rows, Math.max(source.byteLength, written.byteLength));
    await refuseOther(table, again, { rows, step, turns });
  } finally {
    await again.close();
  }
  return written;
}

async function writeTable(
  table: ParquetTable,
  rows: number,
  bytes: number,
  { file, parquet, mostBytes, turns }: WriteAnew,
): Promise<WrittenTable | undefined> {
  const { schema } = await tableSlice(table, 0, 0);
  // Cold bytes become more when they are read.
  const batches = slices(table, rows, rowsAtOnce(rows, 4 * bytes), turns);
  const { chunks } = parquetCodec(parquet).encodeStream!(
    tableStream(schema, batches, { rows, signal: turns.signal }) as unknown as Table,
  )!;
  const hasher = createContentHasher();
  let byteLength = 0;
  const handle = await open(file, "wx", 0o600);
  try {
    for await (const chunk of chunks) {
      byteLength += chunk.byteLength;
      if (byteLength > mostBytes) return undefined;
      for (let at = 0; at < chunk.byteLength; at += pieceBytes) {
        const piece = chunk.subarray(at, at + pieceBytes);
        hasher.update(piece);
        await writeFully(handle, piece);
        await turns.breathe();
      }
    }
  } finally {
    await handle.close();
  }
  return { byteLength, checksum: `blake3:${hasher.digest()}` };
}

async function writeFully(handle: FileHandle, bytes: Uint8Array): Promise<void> {
  for (let at = 0; at < bytes.byteLength; ) at += (await handle.write(bytes, at)).bytesWritten;
}

async function* slices(table: ParquetTable, rows: number, step: number, turns: Turns): AsyncGenerator<Table> {
  for (let start = 0; start < rows; start += step) {
    await turns.breathe();
    yield await tableSlice(table, start, step);
  }
}

function rowsAtOnce(rows: number, bytes: number): number {
  const rowBytes = Math.max(1, bytes / Math.max(1, rows));
  return Math.max(1, Math.min(mostStepRows, Math.floor(stepBytes / rowBytes)));
}
