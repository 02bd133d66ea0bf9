// An Arrow IPC file, uncompressed, which is what is in memory already: no Parquet can be read quicker than this by much.
import { readFile, writeFile } from "node:fs/promises";
import { arrowRows, arrowRowsById } from "../arrow-rows.mjs";

export async function load() {
  const { tableFromIPC, tableToIPC } = await import("apache-arrow");
  const read = async ({ path }) => tableFromIPC(await readFile(path));
  return {
    full: async (context) => ({ arrow: await read(context) }),
    two: async (context) => ({ arrow: (await read(context)).select(context.two) }),
    head: async (context) => ({ rows: arrowRows((await read(context)).slice(0, context.head)) }),
    middle: async (context) => ({
      rows: arrowRows((await read(context)).slice(context.middle, context.middle + context.middleRows)),
    }),
    ids: async (context) => ({ rows: arrowRowsById(await read(context), context.ids) }),
    rows: async (context) => ({ rows: arrowRows(await read(context)) }),
    write: ({ table, target }) => writeFile(target, tableToIPC(table, "file")),
  };
}
