import type { PlacedEpoch } from "../coverage/ordered-epochs.js";
import type { IdSet } from "../ids/id-set.js";
import { idBounds } from "../ids/look-up.js";
import { rowsOfIds } from "../ids/rows-of-ids.js";
import type { ColumnGroups } from "./column-groups.js";
import type { KeyRange } from "./key-range.js";
import { keysIn } from "./merge-runs.js";

/** What is merged: epochs in the order in which they count. */
export interface MergeEpochs extends ColumnGroups {
  readonly epochs: readonly PlacedEpoch[];
  /** The least and greatest key of each epoch; `undefined`: all keys, or none. */
  readonly bounds: readonly (KeyRange | undefined)[];
}

/** Which epochs count for the keys of a slice: places in {@link MergeEpochs.epochs}, -1 for none. */
export interface SettledSlice {
  readonly keys: IdSet;
  /** For each group of columns and each key: the rows epoch whose cells are known. */
  readonly winners: readonly Int32Array[];
  /** For each key: the last epoch that says it is absent or invalid. */
  readonly clearing: Int32Array;
  /** For each key: the last epoch of rows. */
  readonly newestRows: Int32Array;
  readonly pieces: readonly EpochPiece[];
}

/** What an epoch says of the keys of a slice. */
export interface EpochPiece {
  readonly epoch: number;
  readonly keys: IdSet;
  /** Their places in the slice. */
  readonly places: Int32Array;
}

/** The bounds of each epoch. */
export function epochBounds(epochs: readonly PlacedEpoch[]): (KeyRange | undefined)[] {
  return epochs.map(({ epoch }) => epoch.keys && idBounds(epoch.keys));
}

/** Finds what counts for some keys that follow each other: for each cell, the last epoch that says something of it. */
export function settleSlice({ epochs, bounds, groups, groupsOf }: MergeEpochs, keys: IdSet): SettledSlice {
  const winners = groups.map(() => new Int32Array(keys.size).fill(-1));
  const clearing = new Int32Array(keys.size).fill(-1);
  const newestRows = new Int32Array(keys.size).fill(-1);
  const pieces: EpochPiece[] = [];
  const range = idBounds(keys);
  for (let i = 0; range && i < epochs.length; i++) {
    const { epoch } = epochs[i]!;
    if (epoch.keys === undefined) {
      for (const winner of winners) winner.fill(-1);
      clearing.fill(i);
      continue;
    }
    const own = bounds[i];
    if (own === undefined || own.high < range.low || own.low > range.high) continue;
    const piece = keysIn(epoch.keys, range);
    if (piece.size === 0) continue;
    const places = rowsOfIds(keys, piece);
    pieces.push({ epoch: i, keys: piece, places });
    if (epoch.kind === "rows") {
      for (const group of groupsOf[i]!) write(winners[group]!, places, i);
      write(newestRows, places, i);
    } else {
      for (const winner of winners) write(winner, places, -1);
      write(clearing, places, i);
    }
  }
  return { keys, winners, clearing, newestRows, pieces };
}

function write(target: Int32Array, places: Int32Array, value: number): void {
  for (let i = 0; i < places.length; i++) target[places[i]!] = value;
}
