import { type Dataset, LarderError } from "@larder/core";
import { DiskCache } from "@larder/disk-cache";
import { type DataAnswer, getData, terminalProgress } from "@larder/fetch-batch";
import type { Table } from "apache-arrow";
import { toJsonValue } from "../to-json-value.js";
import { chosenIds } from "./chosen-ids.js";
import { compareAnswer } from "./compare-answer.js";
import { countedFetcher, type DatabaseCounts } from "./counted-fetcher.js";
import type { HalfWayMessage, StepRequest, StepResult } from "./database-protocol.js";
import { flightView, stepNamed } from "./database-steps.js";
import { interruptedHalfWay } from "./interrupted-half-way.js";
import { openToRead } from "./open-database.js";

/**
 * Asks for the rows of a step through the cache, and counts what the database is asked.
 *
 * @throws LarderError `wrong-answer`, `wrong-count`; what `getData` throws, unless it was interrupted as planned
 */
export async function performStep(request: StepRequest, signal: AbortSignal): Promise<StepResult> {
  const { file, version, flights } = request.database;
  const { ids: which, columns, interrupt, compareAll } = stepNamed(request.step);
  const ids = chosenIds(flights, which);
  const keys = ascendingKeys(ids);
  const cache = new DiskCache({ directory: request.directory });
  const database = await openToRead(file);
  try {
    const dataset = await cache.datasets.openDataset(flightView);
    const missingBefore = await missing(dataset, keys, columns, version);
    const { fetcher, counts } = countedFetcher(database);
    const progress = terminalProgress({ label: request.step });
    let halfWay = false;
    const held = interruptedHalfWay(fetcher, () => {
      halfWay = true;
      process.send?.({ halfWay: true } satisfies HalfWayMessage);
    });
    const started = performance.now();
    const answer = await getData({
      cache,
      table: flightView,
      ids,
      columns,
      version,
      refetch: "missing-cells",
      signal,
      fetcher: interrupt ? held.fetcher : fetcher,
      onProgress: Object.assign(
        ((event) => {
          progress(event);
          if (interrupt) held.onProgress(event);
        }) satisfies typeof held.onProgress,
        { ended: () => progress.ended() },
      ),
    })
      .catch((error: unknown) => {
        if (halfWay && signal.aborted && error === signal.reason) return undefined;
        throw error;
      })
      .finally(() => progress.close());
    const seconds = (performance.now() - started) / 1000;
    if (answer !== undefined) checkReport(answer, counts);
    if (counts.rows > missingBefore) throw askedTwice(counts.rows, missingBefore);
    return {
      ok: true,
      processId: process.pid,
      seconds,
      interrupted: answer === undefined,
      rows: answer?.table.numRows ?? 0,
      queries: counts.queries,
      rowsAsked: counts.rows,
      cellsAsked: counts.cells,
      columnsAsked: [...counts.columns],
      idsFromCache: answer?.report.idsFromCache ?? ids.length - missingBefore,
      missingBefore,
      missingAfter: await missing(dataset, keys, columns, version),
      bytes: (await dataset.statistics()).byteLength,
      rowsCompared:
        answer === undefined ? 0 : await compareAnswer({ answer: answer.table, ids, columns, file, all: compareAll }),
      peakMegabytes: Math.round(process.resourceUsage().maxRSS / 1024),
      head: answer === undefined ? null : toJsonValue(answer.table.slice(0, 5)),
    };
  } finally {
    database.close();
    await cache.close();
  }
}

/** The ids as a dataset takes them. */
function ascendingKeys(ids: Int32Array): BigInt64Array {
  const sorted = ids.slice().sort();
  const keys = new BigInt64Array(sorted.length);
  for (let at = 0; at < sorted.length; at++) keys[at] = BigInt(sorted[at]!);
  return keys;
}

/** How many of the ids lack a cell. */
async function missing(
  dataset: Dataset<Table>,
  ids: BigInt64Array,
  columns: readonly string[],
  version: string,
): Promise<number> {
  const snapshot = await dataset.snapshot();
  try {
    return snapshot.coverage(ids, columns, { version }).missing.length;
  } finally {
    await snapshot.close();
  }
}

/** @throws LarderError `wrong-count` when the report of a call differs from what was counted at the connection */
function checkReport({ report }: DataAnswer, counts: DatabaseCounts): void {
  const told = { queries: report.queries, rows: report.rowsFetched, cells: report.cellsFetched };
  const { queries, rows, cells } = counts;
  if (told.queries === queries && told.rows === rows && told.cells === cells) return;
  throw new LarderError(
    `The report of getData says ${told.queries} queries, ${told.rows} rows, ${told.cells} cells; the database was asked ${queries}, ${rows}, ${cells}. That is a defect of Larder: please report it, with this output.`,
    { code: "wrong-count", facts: { told, counted: { queries, rows, cells } } },
  );
}

function askedTwice(rows: number, missing: number): LarderError {
  return new LarderError(
    `The database was asked for ${rows} rows, and the cache lacked ${missing}. That is a defect of Larder: please report it, with this output.`,
    { code: "wrong-count", facts: { rows, missing } },
  );
}
