import { type BatchOptions, LarderError } from "@larder/core";
import type { RecordBatch, Table } from "apache-arrow";
import type { ReadableColumn, StoredRowGroup } from "../format/file-layout.js";
import type { OpenedFile } from "../read/opened-file.js";
import { planGroup } from "../read/read-plan.js";
import { batchOf, decodeRows, isReadWhole, readBatches, tableOf } from "../read/read-table.js";
import { countRows, sliceRuns } from "../read/row-runs.js";
import type { PreparedScan } from "./parquet-scan.js";
import { selectRows } from "./select-rows.js";

const defaultRows = 65_536;
/** Larger row groups are decoded in parts, */
const mostRowsAtOnce = 262_144;
/** unless all of their rows are wanted, which is quicker, and together they take no more bytes than this: as much as Larder writes into one. */
const mostBytesAtOnce = 2 ** 27;

/**
 * The rows of a scan as tables of at most so many rows; none has no rows. One row group, or part of a large one, is in memory,
 * and the bytes of the next. A batch that is kept keeps its row group in memory. Reading stops when the iteration does.
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
  const portions = portionsOf(file, prepared, Math.max(batchRows, mostRowsAtOnce));
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
      await value.fetched;
      // The bytes of the next are on their way while these are decoded.
      next = ask();
      for (const batch of await value.decode()) {
        const rows = batch.numRows;
        for (let from = 0; from < rows; from += batchRows) {
          const part = rows <= batchRows ? batch : batch.slice(from, Math.min(from + batchRows, rows));
          yield tableOf(parts, columns, [part]);
        }
      }
    }
  } finally {
    await portions.return();
  }
}

interface Portion {
  /** Its bytes are here, where they are read before they are decoded. */
  readonly fetched?: Promise<void>;
  decode(): Promise<RecordBatch[]>;
}

/** Selected rows, at most `mostRows` at a time unless a row group is read as a whole. */
async function* portionsOf(
  file: OpenedFile,
  { parts, columns, steps }: PreparedScan,
  mostRows: number,
): AsyncGenerator<Portion, void, undefined> {
  for await (const selected of selectRows(file, parts, steps)) {
    const { group, runs: all, held } = selected;
    const rows = countRows(all);
    if (isReadWhole(file, selected) && bytesOf(columns, group) <= mostBytesAtOnce) {
      yield { decode: () => readBatches(file, parts, columns, [selected]) };
      continue;
    }
    for (let from = 0; from < rows; from += mostRows) {
      const runs = rows <= mostRows ? all : sliceRuns(all, from, mostRows);
      const plan = await planGroup(file, parts, group, columns, runs);
      const fetched = held.fetch(plan.ranges);
      fetched.catch(() => {});
      const decode = async () => [
        batchOf(parts, columns, await decodeRows(parts, columns, plan, held), countRows(runs)),
      ];
      yield { fetched, decode };
    }
  }
}

/** Bytes that some columns of a row group take, not compressed. */
function bytesOf(columns: readonly ReadableColumn[], { chunks }: StoredRowGroup): number {
  const leaves = columns.flatMap((column) => column.leaves);
  return leaves.reduce((sum, { chunkIndex }) => sum + Number(chunks[chunkIndex]!.metadata.total_uncompressed_size), 0);
}
