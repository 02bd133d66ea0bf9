import type { TableHandle } from "@larder/core";
import type { Table } from "apache-arrow";

/** An open Parquet table: scans read it in part, into Arrow tables. */
export interface ParquetTable extends TableHandle<Table> {
  [Symbol.asyncDispose](): Promise<void>;
}
