import { orderedEpochs } from "../coverage/ordered-epochs.js";
import { intersectIds, uniteAllIds } from "../ids/combine-id-sets.js";
import type { IdSet } from "../ids/id-set.js";
import { rowsOfIds } from "../ids/rows-of-ids.js";
import type { Epoch, PartRecord } from "../part-record.js";
import { carriedEpochs } from "./carried-epochs.js";
import { columnGroups } from "./column-groups.js";
import { keysIn, type MergeRun } from "./merge-runs.js";
import { epochBounds, type MergeEpochs, type SettledSlice, settleSlice } from "./settle-slice.js";
import { isPartlySettled, isSettled, settledBefore } from "./settled-before.js";
import { survivingPieces } from "./surviving-pieces.js";
import { toldKeys } from "./told-keys.js";

/** The merge of what parts tell: all of a merge but the rows. */
export interface ToldMerge {
  readonly merge: MergeEpochs;
  /** Settles the next keys, which follow those before. */
  settle(keys: IdSet): SettledSlice;
  /** What is told of the keys from `low` to `high`, once all of the run are settled. */
  epochsOf(low: bigint, high: bigint): Epoch[];
}

/**
 * @param outside parts that are not merged: what they tell may not be uncovered
 * @param now milliseconds since 1970
 */
export function toldMerge(run: MergeRun, outside: readonly PartRecord[], now: number): ToldMerge {
  const epochs = orderedEpochs(new Map(run.inputs.map((part) => [part.name, part])));
  const merge: MergeEpochs = { epochs, bounds: epochBounds(epochs), ...columnGroups(epochs) };
  const settled = settledBefore(now);
  const older = outside.filter((part) => isPartlySettled(part, settled));
  const outer = keysIn(uniteAllIds(older.map(toldKeys)), run);
  const mayGo = epochs.map(({ epoch }) => isSettled(epoch, settled));
  const isKept = (epoch: Epoch) => older.length > 0 || !isSettled(epoch, settled);
  const carried = carriedEpochs(merge, { settled, now, outside: outer }, isKept);
  return {
    merge,
    settle(keys) {
      const slice = settleSlice(merge, keys);
      const isOuter = flagsOf(keys, outer);
      carried.add(survivingPieces(merge, slice, (epoch, place) => mayGo[epoch]! && isOuter[place] === 0));
      return slice;
    },
    epochsOf: (low, high) => carried.epochsOf({ low, high }),
  };
}

/** The keys of a run of which anything is told. */
export function runKeys(run: MergeRun): IdSet {
  return keysIn(uniteAllIds(run.inputs.map(toldKeys)), run);
}

/** 1 for each of the keys that is one of `wanted`. */
function flagsOf(keys: IdSet, wanted: IdSet): Uint8Array {
  const flags = new Uint8Array(keys.size);
  if (wanted.size > 0) for (const place of rowsOfIds(keys, intersectIds(keys, wanted))) flags[place] = 1;
  return flags;
}
