import { type CacheEntry, deferredScan, type TableHandle } from "@larder/core";

/** A table that is opened when a scan of it is first read. `open` says what to do about one that has gone. */
export function lazyTable(open: () => Promise<CacheEntry>): TableHandle {
  let opened: Promise<{ readonly entry: CacheEntry; readonly table: TableHandle }> | undefined;
  const table = () => {
    opened ??= openTable(open);
    return opened.then((found) => found.table);
  };
  return {
    scan: () => deferredScan(async () => (await table()).scan()),
    async close() {
      const closing = opened;
      opened = undefined;
      if (closing === undefined) return;
      const { entry, table: handle } = await closing;
      await handle.close();
      await entry.close();
    },
  };
}

async function openTable(open: () => Promise<CacheEntry>) {
  const entry = await open();
  try {
    return { entry, table: entry.table() };
  } catch (error) {
    await entry.close();
    throw error;
  }
}
