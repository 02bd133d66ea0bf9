import { type Table, tableFromIPC, tableToIPC } from "apache-arrow";
import pl, { type DataFrame } from "nodejs-polars";
import { Table as WasmTable } from "parquet-wasm";

/** What Polars reads from a Parquet file, as an Arrow table with the types Polars gave it. */
export function polarsTable(file: string): Table {
  return arrowOf(pl.readParquet(file));
}

/** A table of Polars as an Arrow table. */
export function arrowOf(frame: DataFrame): Table {
  return tableFromIPC(frame.writeIPCStream());
}

/**
 * An Arrow table as a table of Polars. It goes through parquet-wasm: Polars refuses what Arrow for JavaScript writes for fields with metadata.
 */
export function polarsFrame(table: Table): DataFrame {
  const stream = WasmTable.fromIPCStream(tableToIPC(table, "stream")).intoIPCStream();
  return pl.readIPCStream(Buffer.from(stream));
}
