import type { TableScan } from "@larder/core";

/** Reads a table, and once more from the beginning where it changed meanwhile. */
export interface Restarting {
  /** A scan of the table as it is now, for what is checked before anything is read. */
  current(): TableScan;
  run<Result>(read: (scan: TableScan) => Promise<Result>): Promise<Result>;
  /** The same for what is read bit by bit: once something was handed on, there is no beginning anew. */
  stream<Item>(read: (scan: TableScan) => AsyncIterable<Item>): AsyncIterable<Item>;
}

type Narrow = (scan: TableScan) => TableScan;

/** A scan every last method of which is of one version of the table, as a whole. */
export function restartingScan(table: Restarting, narrow: Narrow = (scan) => scan): TableScan {
  const after = (next: Narrow): TableScan => {
    const narrowed: Narrow = (scan) => next(narrow(scan));
    // What no scan can do, such as the first -1 rows, is refused now.
    narrowed(table.current());
    return restartingScan(table, narrowed);
  };
  const run = <Result>(read: (scan: TableScan) => Promise<Result>): Promise<Result> =>
    table.run((scan) => read(narrow(scan)));
  return {
    select: (columns) => {
      const names = [...columns];
      return after((scan) => scan.select(names));
    },
    where: (filter) => after((scan) => scan.where(filter)),
    slice: (offset, length) => after((scan) => scan.slice(offset, length)),
    head: (count) => after((scan) => scan.head(count)),
    sample: (count, options) => after((scan) => scan.sample(count, options)),
    schema: () => run((scan) => scan.schema()),
    count: () => run((scan) => scan.count()),
    toArrow: () => run((scan) => scan.toArrow()),
    toColumns: () => run((scan) => scan.toColumns()),
    toRows: () => run((scan) => scan.toRows()),
    batches: (options) => table.stream((scan) => narrow(scan).batches(options)),
    explain: () => run((scan) => scan.explain()),
    get bytesRead() {
      return table.current().bytesRead;
    },
  };
}
