import {
  type CellCoverage,
  type ColumnSchema,
  type DatasetIds,
  type DatasetReadOptions,
  type DatasetSnapshot,
  type Freshness,
  LarderError,
} from "@larder/core";
import type { Table } from "apache-arrow";
import { checkIds } from "./append-batch.js";
import { coverageOfNumbers, coverageOfTexts } from "./coverage/cell-coverage.js";
import { orderedEpochs } from "./coverage/ordered-epochs.js";
import { afterReadError } from "./current-state.js";
import type { DatasetContext } from "./dataset-context.js";
import type { DatasetState } from "./log/dataset-state.js";
import { readRows } from "./read-rows.js";
import { type IdentifiedRows, identifiedRows } from "./unstored-rows.js";

/** A part that is gone was merged; the merged one may be merged again while it is being opened. So often at most. */
const mostMerges = 20;

const defaultRows = 65_536;

/**
 * A state of a dataset, to be read. Where compaction took a part away before it was opened, rows are read from the newest state
 * instead, which has the same or a greater sequence: what was fetched meanwhile is seen then, and what was invalidated is
 * `not-covered`.
 */
export function datasetSnapshot(context: DatasetContext, state: DatasetState): DatasetSnapshot<Table> {
  const { arrow, idColumn, idKind, textKey, settings } = context;
  const held = context.parts.hold(state);
  let readable = state;
  let isClosed = false;

  const checkOpen = (): void => {
    if (!isClosed) return;
    throw new LarderError(`The snapshot of ${JSON.stringify(context.table)} was closed. Take a new one.`, {
      code: "closed-snapshot",
      facts: { table: context.table },
    });
  };
  const dataColumns = (columns: readonly string[]): string[] =>
    [...new Set(columns)].filter((column) => column !== idColumn);
  const unstoredOf = ({ unstored = [] }: DatasetReadOptions<Table>): IdentifiedRows[] =>
    unstored.map((table) => identifiedRows(arrow, table, idColumn, idKind));

  async function readNewest(
    ids: DatasetIds,
    columns: readonly string[],
    unstored: readonly IdentifiedRows[],
    { types }: DatasetReadOptions<Table>,
  ): Promise<Table> {
    for (let merges = 0; ; merges++) {
      checkOpen();
      const from = readable;
      const place = { arrow, idColumn, idKind, textKey, columns: from.columns, open: held.get };
      try {
        const epochs = orderedEpochs(from.parts);
        return await readRows({ ...place, epochs }, { ids, columns: dataColumns(columns), unstored, types });
      } catch (error) {
        checkOpen();
        const newer = await afterReadError(context, from.parts.values(), error);
        if (merges === mostMerges) throw error;
        readable = newer;
      }
    }
  }

  return {
    sequence: state.sequence,
    columns: state.columns.map(
      ({ name, type, metadata }): ColumnSchema => ({ name, type, nullable: true, ...(metadata && { metadata }) }),
    ),
    coverage(ids: DatasetIds, columns: readonly string[], freshness: Freshness = {}): CellCoverage {
      checkOpen();
      checkIds(context, ids);
      const wanted = dataColumns(columns);
      const epochs = orderedEpochs(state.parts);
      const sets = context.coverage.setsOf(epochs, wanted, freshness, freshness.now ?? settings.clock.now());
      return ids instanceof BigInt64Array
        ? coverageOfNumbers(ids, wanted, sets)
        : coverageOfTexts(ids, wanted, sets, textKey, epochs);
    },
    async read(ids, columns, options = {}) {
      checkOpen();
      checkIds(context, ids);
      return readNewest(ids, columns, unstoredOf(options), options);
    },
    async *batches(ids, columns, options = {}) {
      checkOpen();
      checkIds(context, ids);
      const { rows = defaultRows } = options;
      if (!(Number.isInteger(rows) && rows > 0)) {
        throw new LarderError(`A batch must have a whole number of rows, at least 1, not ${rows}.`, {
          code: "invalid-option",
          facts: { rows },
        });
      }
      const unstored = unstoredOf(options);
      for (let start = 0; start < ids.length; start += rows) {
        yield await readNewest(ids.slice(start, start + rows), columns, unstored, options);
      }
    },
    async close() {
      if (isClosed) return;
      isClosed = true;
      await held.release();
    },
  };
}
