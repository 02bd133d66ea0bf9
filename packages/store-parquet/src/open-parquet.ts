import { type BlobSource, openFileSource, type TableHandle } from "@larder/core";
import type { Table } from "apache-arrow";
import { openedFile } from "./opened-file.js";
import { parquetScan } from "./parquet-scan.js";

/** An open Parquet table: scans read it in part, into Arrow tables. */
export interface ParquetTable extends TableHandle<Table> {
  [Symbol.asyncDispose](): Promise<void>;
}

/**
 * Opens a Parquet table over any source of bytes. Nothing is read until a scan is; every scan shares the footer.
 * Errors come from scans: LarderError `not-parquet`, `damaged-parquet`, `unsupported-parquet`.
 */
export function openParquet(source: BlobSource): ParquetTable {
  return tableOver(source, async () => {});
}

/** Opens a Parquet file on the local disk; close the table when done. @throws the error of the file system */
export async function openParquetFile(path: string | URL): Promise<ParquetTable> {
  const source = await openFileSource(path);
  return tableOver(source, () => source.close());
}

function tableOver(source: BlobSource, release: () => Promise<void>): ParquetTable {
  const file = openedFile(source);
  let closed: Promise<void> | undefined;
  const close = (): Promise<void> => {
    closed ??= release();
    return closed;
  };
  return { scan: () => parquetScan(file), close, [Symbol.asyncDispose]: close };
}
