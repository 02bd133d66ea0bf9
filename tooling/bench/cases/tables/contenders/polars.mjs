// Polars: a lazy scan, run natively, and brought to JavaScript as Arrow IPC. Large results go through a file, which takes Polars
// half the time that a buffer takes it; `writeIPC` to a buffer refuses columns whose row groups have dictionaries of their own.
import { readFile } from "node:fs/promises";
import { arrowRows } from "../arrow-rows.mjs";

export async function load() {
  const { default: pl } = await import("nodejs-polars");
  const { tableFromIPC, tableToIPC } = await import("apache-arrow");
  const scan = (path) => pl.scanParquet(path);
  const large = async (frame, scratch) => {
    await frame.sinkIpc(scratch, { compression: "uncompressed" }).collect();
    return tableFromIPC(await readFile(scratch));
  };
  const small = async (frame) => tableFromIPC((await frame.collect()).writeIPCStream({ compression: "uncompressed" }));
  return {
    full: async ({ path, scratch }) => ({ arrow: await large(scan(path), scratch) }),
    two: async ({ path, two, scratch }) => ({ arrow: await large(scan(path).select(...two), scratch) }),
    head: async ({ path, head }) => ({ rows: arrowRows(await small(scan(path).limit(head))) }),
    middle: async ({ path, middle, middleRows }) => ({
      rows: arrowRows(await small(scan(path).slice(middle, middleRows))),
    }),
    async ids({ path, ids }) {
      const wanted = pl.DataFrame([pl.Series("id", ids)]).lazy();
      return { rows: arrowRows(await small(scan(path).join(wanted, { on: "id", how: "semi" }))) };
    },
    rows: async ({ path, scratch }) => ({ rows: arrowRows(await large(scan(path), scratch)) }),
    write({ table, target }) {
      pl.readIPC(Buffer.from(tableToIPC(table, "file"))).writeParquet(target, { compression: "uncompressed" });
    },
  };
}
