import { readFileSync } from "node:fs";
import { type Table, tableFromIPC, tableToIPC } from "apache-arrow";
import { readParquet, Table as WasmTable, type WriterPropertiesBuilder, writeParquet } from "parquet-wasm";

/** What parquet-wasm, and so Arrow for Rust, reads from a Parquet file. */
export function parquetWasmTable(file: string): Table {
  return tableFromIPC(readParquet(new Uint8Array(readFileSync(file))).intoIPCStream());
}

/** The table as a Parquet file of parquet-wasm's making. */
export function parquetWasmFile(table: Table, properties: WriterPropertiesBuilder): Uint8Array {
  return writeParquet(WasmTable.fromIPCStream(tableToIPC(table, "stream")), properties.build());
}
