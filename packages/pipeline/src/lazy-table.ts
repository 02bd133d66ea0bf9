import type { CacheEntry, TableHandle, TableScan } from "@larder/core";

/** A table that is opened when a scan of it is first read. `open` says what to do about one that has gone. */
export function lazyTable(open: () => Promise<CacheEntry>): TableHandle {
  let opened: Promise<{ readonly entry: CacheEntry; readonly table: TableHandle }> | undefined;
  const table = () => {
    opened ??= openTable(open);
    return opened.then((found) => found.table);
  };
  return {
    scan: () => lazyScan(async () => (await table()).scan()),
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

function lazyScan(open: () => Promise<TableScan>): TableScan {
  let scan: TableScan | undefined;
  let opening: Promise<TableScan> | undefined;
  const opened = () => {
    opening ??= open().then((found) => {
      scan = found;
      return found;
    });
    return opening;
  };
  const narrowed = (narrow: (scan: TableScan) => TableScan) => lazyScan(async () => narrow(await opened()));
  return {
    select: (columns) => narrowed((inner) => inner.select(columns)),
    where: (filter) => narrowed((inner) => inner.where(filter)),
    slice: (offset, length) => narrowed((inner) => inner.slice(offset, length)),
    head: (count) => narrowed((inner) => inner.head(count)),
    sample: (count, options) => narrowed((inner) => inner.sample(count, options)),
    schema: async () => (await opened()).schema(),
    count: async () => (await opened()).count(),
    toArrow: async () => (await opened()).toArrow(),
    toColumns: async () => (await opened()).toColumns(),
    toRows: async () => (await opened()).toRows(),
    async *batches(options) {
      yield* (await opened()).batches(options);
    },
    explain: async () => (await opened()).explain(),
    get bytesRead() {
      return scan?.bytesRead ?? 0;
    },
  };
}
