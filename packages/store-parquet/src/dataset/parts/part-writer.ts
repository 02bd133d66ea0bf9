import type { Schema, Table } from "apache-arrow";
import type { ArrowLikeBatch } from "../../arrow/arrow-like.js";
import { loadArrow } from "../../arrow/load-arrow.js";
import { batchesOf, checkSameColumns } from "../../write/batch-stream.js";
import { bytesOfRows, rowGroupEnd } from "../../write/row-group-cuts.js";
import { uniteIds } from "../ids/combine-id-sets.js";
import { idsBetween } from "../ids/cut-id-sets.js";
import { emptyIds, type IdSet } from "../ids/id-set.js";
import { idAt } from "../ids/look-up.js";
import type { Epoch, PartRecord } from "../part-record.js";
import { invalidPart } from "./part-errors.js";
import { beginPartFile, type PartFile, type PartTarget } from "./part-file.js";
import { partLimits } from "./part-limits.js";
import { withSequences } from "./with-sequences.js";
import { checkRows } from "./write-part.js";

/** How rows are written as parts. */
export interface PartWriterOptions {
  /** Columns as in `PartContent.table`, without that of sequences. */
  readonly schema: Schema;
  /** Files grow to about so many bytes, at least 1; one row always fits. */
  readonly partBytes: number;
  /** Names of the parts whose rows these are. */
  readonly replaces?: readonly string[];
}

/** Writes rows as parts, one after the other, in the memory of a row group. */
export interface PartWriter {
  /**
   * Adds rows, ascending by key, behind those before.
   *
   * @param sequences as in `PartContent.sequences`; must be given in `recent/`
   * @throws LarderError as `writePart`; the writer is to be aborted then
   */
  add(table: Table, keys: IdSet, sequences?: Float64Array | number): Promise<void>;
  /** Bytes written so far, about. */
  readonly byteLength: number;
  /**
   * Names all parts, or none. The ranges of the files, side by side, are all keys from −2⁶³ to 2⁶³ − 1, so that what is known of keys
   * without a row has its place too. Without any row there is one part, unless it has no epochs either.
   *
   * @param epochsOf what is known of the keys from `low` to `high`, both included
   */
  finish(epochsOf: (low: bigint, high: bigint) => readonly Epoch[]): Promise<PartRecord[]>;
  /** Removes what was written, finished parts too: never to be called once their records are in use. */
  abort(): Promise<void>;
}

const leastKey = -(2n ** 63n);
const greatestKey = 2n ** 63n - 1n;

/** Begins to write parts. */
export function partWriter(target: PartTarget, { schema, partBytes, replaces = [] }: PartWriterOptions): PartWriter {
  const most = target.limits ?? partLimits;
  const limits = { ...most, rowGroupBytes: Math.max(1, Math.min(most.rowGroupBytes, partBytes)) };
  const files: { readonly file: PartFile; keys: IdSet }[] = [];
  let waiting: Waiting = nothingWaits;
  let last: bigint | undefined;
  let written = 0;

  const begin = async (): Promise<{ file: PartFile; keys: IdSet }> => {
    const arrow = await loadArrow();
    const whole = target.place === "recent" ? withSequences(arrow, new arrow.Table(schema), 0).schema : schema;
    const begun = { file: await beginPartFile(target, whole), keys: emptyIds };
    files.push(begun);
    return begun;
  };
  const flush = async (): Promise<void> => {
    const { batches, keys, bytes } = waiting;
    waiting = nothingWaits;
    if (batches.length === 0) return;
    let current = files.at(-1) ?? (await begin());
    if (current.file.rows > 0 && current.file.byteLength + bytes > partBytes) current = await begin();
    const before = current.file.byteLength;
    await current.file.addRows(batches);
    current.keys = uniteIds(current.keys, keys);
    written += current.file.byteLength - before;
  };

  return {
    get byteLength() {
      return written + waiting.bytes;
    },
    async add(table, keys, sequences) {
      checkRows(table.numRows, keys);
      checkSameColumns(schema, table.schema, files.length);
      if (keys.size === 0) return;
      if (last !== undefined && idAt(keys, 0) <= last) throw invalidPart("its rows are out of order");
      last = idAt(keys, keys.size - 1);
      const arrow = await loadArrow();
      if (target.place === "recent" && sequences === undefined) throw invalidPart("its rows have no sequences");
      const whole = sequences === undefined || target.place === "base" ? table : withSequences(arrow, table, sequences);
      const pieces = piecesOf(batchesOf(whole).batches, table.numRows, keys, limits);
      for (const piece of pieces) {
        const rows = waiting.keys.size + piece.keys.size;
        if (rows > limits.rowGroupRows || waiting.bytes + piece.bytes > limits.rowGroupBytes) await flush();
        waiting = {
          batches: [...waiting.batches, ...piece.batches],
          keys: uniteIds(waiting.keys, piece.keys),
          bytes: waiting.bytes + piece.bytes,
        };
      }
    },
    async finish(epochsOf) {
      await flush();
      if (files.length === 0) {
        const epochs = epochsOf(leastKey, greatestKey);
        if (epochs.length === 0) return [];
        const { file } = await begin();
        return [await file.finish({ keys: emptyIds, epochs, replaces })];
      }
      const records: PartRecord[] = [];
      for (const [i, { file, keys }] of files.entries()) {
        const low = i === 0 ? leastKey : idAt(keys, 0);
        const next = files[i + 1];
        const high = next ? idAt(next.keys, 0) - 1n : greatestKey;
        // What a file replaces is left out when a lost log is made anew: that is right only once the others have their names.
        const replaced = next ? [] : replaces;
        records.push(await file.finish({ keys, epochs: epochsOf(low, high), replaces: replaced }));
      }
      return records;
    },
    async abort() {
      waiting = nothingWaits;
      for (const { file } of files) await file.abort();
    },
  };
}

/** Rows that no row group has yet. */
interface Waiting {
  readonly batches: readonly ArrowLikeBatch[];
  readonly keys: IdSet;
  readonly bytes: number;
}

const nothingWaits: Waiting = { batches: [], keys: emptyIds, bytes: 0 };

/** The rows in pieces that fit in a row group each. */
function piecesOf(batches: readonly ArrowLikeBatch[], rows: number, keys: IdSet, limits: typeof partLimits): Waiting[] {
  const pieces: Waiting[] = [];
  for (let start = 0; start < rows; ) {
    const { end } = rowGroupEnd(batches, start, rows, limits);
    const whole = start === 0 && end === rows;
    pieces.push({
      batches: whole ? batches : sliced(batches, start, end),
      keys: whole ? keys : idsBetween(keys, idAt(keys, start), idAt(keys, end - 1)),
      bytes: bytesOfRows(batches, start, end),
    });
    start = end;
  }
  return pieces;
}

/** Arrow's own slices: these are batches of the copy of Arrow that this package uses, or of one like it. */
function sliced(batches: readonly ArrowLikeBatch[], start: number, end: number): ArrowLikeBatch[] {
  const pieces: ArrowLikeBatch[] = [];
  let row = 0;
  for (const batch of batches) {
    const from = Math.max(start - row, 0);
    const to = Math.min(end - row, batch.numRows);
    if (from < to) pieces.push((batch as ArrowLikeBatch & Sliceable).slice(from, to));
    row += batch.numRows;
  }
  return pieces;
}

interface Sliceable {
  slice(start: number, end: number): ArrowLikeBatch;
}
