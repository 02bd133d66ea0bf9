import type { Table } from "apache-arrow";
import { loadArrow } from "../../arrow/load-arrow.js";
import { batchesOf } from "../../write/batch-stream.js";
import type { IdSet } from "../ids/id-set.js";
import type { Epoch, PartRecord } from "../part-record.js";
import { invalidPart } from "./part-errors.js";
import { beginPartFile, type PartTarget } from "./part-file.js";
import { withSequences } from "./with-sequences.js";

/** What a part is made of. */
export interface PartContent {
  /**
   * The id column, which must be declared not nullable; the key column `larder:key` where ids are texts; then the data. Rows
   * ascend by key, each key once; there may be none.
   */
  readonly table: Table;
  /** The keys of its rows: the n-th is that of row n. */
  readonly keys: IdSet;
  readonly epochs: readonly Epoch[];
  /** Names of the parts it was merged from. */
  readonly replaces?: readonly string[];
  /** How new each row is, or all of them; kept in `recent/` only. Default: the greatest of its rows epochs. */
  readonly sequences?: Float64Array | number;
}

/**
 * Writes a part, all or nothing, and gives it its name. Nothing is left of it after an error; a kill may leave a file in `tmp/`.
 *
 * @throws LarderError `disk-full`, `write-failed`, `unstorable-table`, `null-in-required-column`, `invalid-part` where the keys are
 *   not as many as the rows
 */
export async function writePart(target: PartTarget, part: PartContent): Promise<PartRecord> {
  const { keys, epochs, replaces = [] } = part;
  checkRows(part.table.numRows, keys);
  const arrow = await loadArrow();
  const sequences = part.sequences ?? newestRows(epochs);
  const table = target.place === "recent" ? withSequences(arrow, part.table, sequences) : part.table;
  const file = await beginPartFile(target, table.schema);
  try {
    await file.addRows(batchesOf(table).batches);
    return await file.finish({ keys, epochs, replaces });
  } catch (error) {
    await file.abort();
    throw error;
  }
}

/** @throws LarderError `invalid-part` */
export function checkRows(rows: number, keys: IdSet): void {
  if (rows !== keys.size) throw invalidPart(`it has ${rows} rows and ${keys.size} keys`, { rows, keys: keys.size });
}

function newestRows(epochs: readonly Epoch[]): number {
  return epochs.reduce((newest, epoch) => (epoch.kind === "rows" ? Math.max(newest, epoch.sequence) : newest), 0);
}
