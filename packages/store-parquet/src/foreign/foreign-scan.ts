import type { BatchOptions, ColumnSchema, ReadPlan, TableScan } from "@larder/core";
import type { Table } from "apache-arrow";
import type { Arrow } from "../arrow/load-arrow.js";
import { tableColumns, tableRows } from "../scan/table-values.js";
import { foreignCrash } from "./foreign-errors.js";
import type { ForeignAnswer, ForeignProcess } from "./foreign-process.js";
import { applyStep, type ScanStep } from "./foreign-protocol.js";

/** What scans of one foreign table share. */
export interface ForeignFile {
  /** Looks at the end of the file, the first time. */
  open(): Promise<ForeignProcess>;
  loadArrow(): Promise<Arrow>;
  bytesRead(): number;
}

let lastIteration = 0;

/**
 * A scan that is done by another process: its narrowings are kept as data, and replayed there on a scan of the file.
 *
 * @param shadow a scan with the same narrowings that refuses those that make no sense
 */
export function foreignScan(file: ForeignFile, steps: readonly ScanStep[], shadow: TableScan<Table>): TableScan<Table> {
  const narrowed = (step: ScanStep): TableScan<Table> => foreignScan(file, [...steps, step], applyStep(shadow, step));
  const run = async (operation: "schema" | "count" | "explain" | "toArrow"): Promise<ForeignAnswer> =>
    (await file.open()).run({ operation, steps });
  const toArrow = async (): Promise<Table> => tableOf(file, await run("toArrow"));
  return {
    select: (columns) => narrowed({ step: "select", columns: [...columns] }),
    where: (filter) => narrowed({ step: "where", filter }),
    slice: (offset, length) => narrowed({ step: "slice", offset, length }),
    head: (count) => narrowed({ step: "head", count }),
    sample: (count, options) => narrowed({ step: "sample", count, options }),
    schema: async () => (await run("schema")).value as readonly ColumnSchema[],
    count: async () => (await run("count")).value as number,
    explain: async () => (await run("explain")).value as ReadPlan,
    toArrow,
    toColumns: async () => tableColumns(await toArrow()),
    toRows: async () => tableRows(await toArrow()),
    batches: (options) => ({ [Symbol.asyncIterator]: () => batchesOf(file, steps, options) }),
    get bytesRead() {
      return file.bytesRead();
    },
  };
}

/** The child makes the next batch when it is asked for, so no more than one is ever on its way. */
async function* batchesOf(
  file: ForeignFile,
  steps: readonly ScanStep[],
  options: BatchOptions | undefined,
): AsyncGenerator<Table, void, undefined> {
  const iteration = ++lastIteration;
  const child = await file.open();
  await child.run({ operation: "batches", steps, iteration, options });
  const { processId } = child;
  const gone = (): boolean => child.processId !== processId;
  let done = false;
  try {
    for (;;) {
      if (gone()) throw foreignCrash("the process that was half way through it ended for another read", {});
      const answer = await child.run({ operation: "next", iteration });
      // Another read that waited before this one may have had the child ended just now: its successor knows no iteration.
      done = answer.table === undefined;
      if (done && gone()) throw foreignCrash("the process that was half way through it ended for another read", {});
      if (done) return;
      yield await tableOf(file, answer);
    }
  } finally {
    if (!done && !gone()) await child.run({ operation: "return", iteration }).catch(() => {});
  }
}

async function tableOf(file: ForeignFile, { table }: ForeignAnswer): Promise<Table> {
  const arrow = await file.loadArrow();
  return arrow.tableFromIPC(table ?? new Uint8Array(0));
}
