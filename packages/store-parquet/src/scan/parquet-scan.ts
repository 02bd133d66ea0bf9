import type { ColumnSchema, ReadPlan, TableFilter, TableScan } from "@larder/core";
import type { Table } from "apache-arrow";
import { typeText } from "../arrow/type-text.js";
import type { ReadableColumn, StoredColumn } from "../format/file-layout.js";
import type { FileParts, OpenedFile } from "../read/opened-file.js";
import { batchOf, tableOf, type WantedRows } from "../read/read-table.js";
import { countRows } from "../read/row-runs.js";
import { explainScan } from "./explain-scan.js";
import { readSelected } from "./read-selected.js";
import { scanBatches } from "./scan-batches.js";
import { type ScanStep, sampleStep, sliceStep } from "./scan-steps.js";
import { readable, selectColumns } from "./select-columns.js";
import { type BoundStep, bindSteps, rowsByNumber, selectRows } from "./select-rows.js";
import { tableColumns, tableRows } from "./table-values.js";

/** What a scan reads: columns, all when absent, and the steps that narrow its rows. */
interface Narrowing {
  readonly columns?: readonly string[];
  readonly steps: readonly ScanStep[];
}

/** Filtered rows are read in batches that hold no more than so many bytes of what their filters read. */
const mostHeldBytes = 2 ** 26;

/** A scan of the whole file. */
export function parquetScan(file: OpenedFile): TableScan<Table> {
  return scanOf(file, { steps: [] });
}

function scanOf(file: OpenedFile, narrowing: Narrowing): TableScan<Table> {
  const after = (step: ScanStep): TableScan<Table> => scanOf(file, { ...narrowing, steps: [...narrowing.steps, step] });
  const toArrow = async (): Promise<Table> => readAll(file, await prepare(file, narrowing));
  return {
    select: (columns) => scanOf(file, { ...narrowing, columns: [...columns] }),
    where: (filter: TableFilter) => after({ kind: "where", filter }),
    slice: (offset, length = Number.POSITIVE_INFINITY) => after(sliceStep(offset, length)),
    head: (count) => after(sliceStep(0, count)),
    sample: (count, { seed = 0 } = {}) => after(sampleStep(count, seed)),
    async schema() {
      const { layout } = await file.open();
      return selectColumns(layout, narrowing.columns).map(columnSchema);
    },
    async count() {
      const parts = await file.open();
      selectColumns(parts.layout, narrowing.columns);
      return countSelected(file, parts, bindSteps(parts.layout, narrowing.steps));
    },
    toArrow,
    toColumns: async () => tableColumns(await toArrow()),
    toRows: async () => tableRows(await toArrow()),
    batches: (options) => scanBatches(file, () => prepare(file, narrowing), options),
    async explain(): Promise<ReadPlan> {
      const { parts, columns, steps } = await prepare(file, narrowing);
      return explainScan(file, parts, columns, narrowing.steps, steps);
    },
    get bytesRead() {
      return file.bytesRead;
    },
  };
}

/** A scan made out for its table. */
export interface PreparedScan {
  readonly parts: FileParts;
  readonly columns: readonly ReadableColumn[];
  readonly steps: readonly BoundStep[];
}

async function prepare(file: OpenedFile, { columns, steps }: Narrowing): Promise<PreparedScan> {
  const parts = await file.open();
  const { layout } = parts;
  return { parts, columns: selectColumns(layout, columns).map(readable), steps: bindSteps(layout, steps) };
}

async function readAll(file: OpenedFile, { parts, columns, steps }: PreparedScan): Promise<Table> {
  if (columns.length === 0) {
    const rows = await countSelected(file, parts, steps);
    return tableOf(parts, columns, rows === 0 ? [] : [batchOf(parts, columns, [], rows)]);
  }
  const batches = [];
  let wanted: WantedRows[] = [];
  let heldBytes = 0;
  for await (const selected of selectRows(file, parts, steps)) {
    wanted.push(selected);
    heldBytes += selected.held.byteLength;
    if (heldBytes < mostHeldBytes) continue;
    batches.push(...(await readSelected(file, parts, columns, wanted)));
    wanted = [];
    heldBytes = 0;
  }
  if (wanted.length > 0) batches.push(...(await readSelected(file, parts, columns, wanted)));
  return tableOf(parts, columns, batches);
}

/** Counts rows: from the footer alone, unless there is a filter. */
async function countSelected(file: OpenedFile, parts: FileParts, steps: readonly BoundStep[]): Promise<number> {
  const { groups, rest } = rowsByNumber(parts.layout, steps);
  let rows = 0;
  if (rest.length === 0) for (const { runs } of groups) rows += countRows(runs);
  else for await (const { runs } of selectRows(file, parts, steps)) rows += countRows(runs);
  return rows;
}

function columnSchema(column: StoredColumn): ColumnSchema {
  if (!column.field) return { name: column.name, type: "unsupported", nullable: true };
  const { type, nullable, metadata } = column.field;
  const described = { name: column.name, type: typeText(type), nullable };
  return metadata.size === 0 ? described : { ...described, metadata: Object.fromEntries(metadata) };
}
