import { type BatchOptions, LarderError } from "@larder/core";
import type { Table } from "apache-arrow";
import type { OpenedFile } from "../read/opened-file.js";
import { type GroupPlan, planGroup } from "../read/read-plan.js";
import { batchOf, decodeRows, tableOf } from "../read/read-table.js";
import { countRows, sliceRuns } from "../read/row-runs.js";
import type { PreparedScan } from "./parquet-scan.js";
import { type SelectedRows, selectRows } from "./select-rows.js";

const defaultRows = 65_536;
/** Larger row groups are decoded in parts. */
const mostRowsAtOnce = 262_144;

/**
 * The rows of a scan as tables of at most so many rows; none has no rows. One row group, or part of a large one, is in memory,
 * and the bytes of the next. Reading stops when the iteration does.
 *
 * @throws LarderError `invalid-option` at once, for a number of rows that makes no sense
 */
export function scanBatches(
  file: OpenedFile,
  prepare: () => Promise<PreparedScan>,
  { rows = defaultRows }: BatchOptions = {},
): AsyncIterable<Table> {
  if (!Number.isInteger(rows) || rows < 1) {
    throw new LarderError(`The rows of a batch must be a whole number of at least 1, not ${rows}.`, {
      code: "invalid-option",
      facts: { rows },
    });
  }
  return { [Symbol.asyncIterator]: () => readBatchwise(file, prepare, rows) };
}

async function* readBatchwise(
  file: OpenedFile,
  prepare: () => Promise<PreparedScan>,
  batchRows: number,
): AsyncGenerator<Table, void, undefined> {
  const prepared = await prepare();
  const { parts, columns } = prepared;
  const portions = fetchedPortions(file, prepared, Math.max(batchRows, mostRowsAtOnce));
  const ask = () => {
    const asked = portions.next();
    asked.catch(() => {});
    return asked;
  };
  try {
    let next = ask();
    for (;;) {
      const { value, done } = await next;
      if (done) return;
      const { plan, selected, fetched } = value;
      await fetched;
      // The bytes of the next are on their way while these are decoded.
      next = ask();
      const rows = countRows(plan.runs);
      const batch = batchOf(parts, columns, await decodeRows(parts, columns, plan, selected.held), rows);
      for (let from = 0; from < rows; from += batchRows) {
        const part = rows <= batchRows ? batch : batch.slice(from, Math.min(from + batchRows, rows));
        yield tableOf(parts, columns, [part]);
      }
    }
  } finally {
    await portions.return();
  }
}

interface Portion {
  readonly selected: SelectedRows;
  readonly plan: GroupPlan;
  readonly fetched: Promise<void>;
}

/** Selected rows, at most `mostRows` at a time, their bytes asked for. */
async function* fetchedPortions(
  file: OpenedFile,
  { parts, columns, steps }: PreparedScan,
  mostRows: number,
): AsyncGenerator<Portion, void, undefined> {
  for await (const selected of selectRows(file, parts, steps)) {
    const rows = countRows(selected.runs);
    for (let from = 0; from < rows; from += mostRows) {
      const runs = rows <= mostRows ? selected.runs : sliceRuns(selected.runs, from, mostRows);
      const plan = await planGroup(file, parts, selected.group, columns, runs);
      const fetched = selected.held.fetch(plan.ranges);
      fetched.catch(() => {});
      yield { selected, plan, fetched };
    }
  }
}
