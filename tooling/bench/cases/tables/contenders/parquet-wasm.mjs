// parquet-wasm: the file is read into memory, decoded in WebAssembly, and comes to JavaScript as Arrow IPC.
import { readFile, writeFile } from "node:fs/promises";
import { arrowRows, arrowRowsById } from "../arrow-rows.mjs";

export async function load() {
  const wasm = await import("parquet-wasm");
  const { tableFromIPC, tableToIPC } = await import("apache-arrow");
  const read = async (path, options) =>
    tableFromIPC(wasm.readParquet(await readFile(path), { batchSize: 65_536, ...options }).intoIPCStream());
  return {
    full: async ({ path }) => ({ arrow: await read(path, {}) }),
    two: async ({ path, two }) => ({ arrow: await read(path, { columns: two }) }),
    head: async ({ path, head }) => ({ rows: arrowRows(await read(path, { limit: head })) }),
    middle: async ({ path, middle, middleRows }) => ({
      rows: arrowRows(await read(path, { offset: middle, limit: middleRows })),
    }),
    /** It has no filter. */
    ids: async ({ path, ids }) => ({ rows: arrowRowsById(await read(path, {}), ids) }),
    rows: async ({ path }) => ({ rows: arrowRows(await read(path, {})) }),
    async write({ table, target }) {
      const properties = new wasm.WriterPropertiesBuilder().setCompression(wasm.Compression.UNCOMPRESSED).build();
      await writeFile(target, wasm.writeParquet(wasm.Table.fromIPCStream(tableToIPC(table, "stream")), properties));
    },
  };
}
