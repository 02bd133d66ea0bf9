// Larder's own tables. `preload: false` leaves to the clock what the package itself loads when it is first needed.
import { readFile } from "node:fs/promises";

export async function load({ operation, preload = true }) {
  const { col, loadXxhash, openFileSource, verifiedSource } = await import("@larder/core");
  const tables = await import("@larder/store-parquet");
  if (preload) {
    await import("apache-arrow");
    await import("hyparquet");
    if (operation === "write") await import("hyparquet-writer");
  }

  /** Opens, reads and closes, as one does who needs one thing of a file. */
  const read = async (path, narrow) => {
    const table = await tables.openParquetFile(path);
    try {
      return await narrow(table.scan());
    } finally {
      await table.close();
    }
  };
  /** As a cache reads: every chunk of 64 KiB that is touched is held against its digest. */
  const readVerified = async (path, narrow) => {
    const [source, xxhash] = await Promise.all([openFileSource(path), loadXxhash()]);
    const record = { byteLength: source.byteLength, checksum: "xxh64:not-asked-for" };
    const loadChunkDigests = () => readFile(`${path}.digests`);
    try {
      const checked = verifiedSource({ source, record, xxhash, describe: path, loadChunkDigests });
      return await narrow(tables.openParquet(checked).scan());
    } finally {
      await source.close();
    }
  };
  return {
    "full verified": async ({ path }) => ({ arrow: await readVerified(path, (scan) => scan.toArrow()) }),
    "ids verified": async ({ path, ids }) => ({
      rows: await readVerified(path, (scan) => scan.where(col("id").in(ids)).toRows()),
    }),
    full: async ({ path }) => ({ arrow: await read(path, (scan) => scan.toArrow()) }),
    two: async ({ path, two }) => ({ arrow: await read(path, (scan) => scan.select(two).toArrow()) }),
    head: async ({ path, head }) => ({ rows: await read(path, (scan) => scan.head(head).toRows()) }),
    middle: async ({ path, middle, middleRows }) => ({
      rows: await read(path, (scan) => scan.slice(middle, middleRows).toRows()),
    }),
    ids: async ({ path, ids }) => ({ rows: await read(path, (scan) => scan.where(col("id").in(ids)).toRows()) }),
    rows: async ({ path }) => ({ rows: await read(path, (scan) => scan.toRows()) }),
    /** Piece by piece from the memory of the table, not synced: as the others do it. */
    write: ({ table, target }) => tables.writeParquetFile(target, table, { sync: false }),
    /** Batch by batch, synced and renamed into place. */
    "write synced": ({ table, target }) =>
      tables.writeParquetFile(target, { schema: table.schema, batches: table.batches }),
  };
}
