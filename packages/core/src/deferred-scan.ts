import type { TableScan } from "./table.js";

/** A scan of a table that is only opened when the scan is read. */
export function deferredScan<ArrowTable = unknown>(open: () => Promise<TableScan<ArrowTable>>): TableScan<ArrowTable> {
  let opening: Promise<TableScan<ArrowTable>> | undefined;
  let opened: TableScan<ArrowTable> | undefined;
  const scan = () => {
    opening ??= open().then((found) => {
      opened = found;
      return found;
    });
    return opening;
  };
  const narrowed = (narrow: (scan: TableScan<ArrowTable>) => TableScan<ArrowTable>) =>
    deferredScan(async () => narrow(await scan()));
  return {
    select: (columns) => narrowed((inner) => inner.select(columns)),
    where: (filter) => narrowed((inner) => inner.where(filter)),
    slice: (offset, length) => narrowed((inner) => inner.slice(offset, length)),
    head: (count) => narrowed((inner) => inner.head(count)),
    sample: (count, options) => narrowed((inner) => inner.sample(count, options)),
    schema: async () => (await scan()).schema(),
    count: async () => (await scan()).count(),
    toArrow: async () => (await scan()).toArrow(),
    toColumns: async () => (await scan()).toColumns(),
    toRows: async () => (await scan()).toRows(),
    async *batches(options) {
      yield* (await scan()).batches(options);
    },
    explain: async () => (await scan()).explain(),
    get bytesRead() {
      return opened?.bytesRead ?? 0;
    },
  };
}
