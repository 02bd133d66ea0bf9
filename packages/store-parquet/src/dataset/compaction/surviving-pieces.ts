import type { IdSet } from "../ids/id-set.js";
import { idSetOf, idsIn } from "../ids/make-id-set.js";
import type { EpochPiece, MergeEpochs, SettledSlice } from "./settle-slice.js";

/** What an epoch still says after a merge, of the keys of one slice. */
export interface SurvivingPiece {
  /** Place in {@link MergeEpochs.epochs}. */
  readonly epoch: number;
  /** Groups of columns whose cells are still its own; empty where it is not of rows, or has no columns. */
  readonly groups: readonly number[];
  readonly keys: IdSet;
}

/**
 * What epochs still say once newer ones of the same merge have their say. Of rows, the cells that are still their own. Of absent
 * and invalid keys, those of the last epoch that says so, without those that have nothing to hide any more.
 *
 * @param needless - for each key of the slice, whether an absent or invalid epoch has nothing outside the merge to hide; asked
 *   with the place of the epoch
 */
export function survivingPieces(
  merge: MergeEpochs,
  slice: SettledSlice,
  needless: (epoch: number, place: number) => boolean,
): SurvivingPiece[] {
  return slice.pieces.flatMap((piece) =>
    merge.epochs[piece.epoch]!.epoch.kind === "rows"
      ? livingCells(merge, slice, piece)
      : clearedKeys(merge, slice, piece, needless),
  );
}

function livingCells({ groupsOf }: MergeEpochs, { winners }: SettledSlice, piece: EpochPiece): SurvivingPiece[] {
  const { epoch, keys, places } = piece;
  const groups = groupsOf[epoch]!;
  if (groups.length === 0) return [];
  if (groups.every((group) => isOwn(winners[group]!, places, epoch))) return [{ epoch, groups, keys }];
  return bySet(groups, winners, piece).map(({ places: own, groups }) => ({
    epoch,
    groups,
    keys: pickKeys(keys, own),
  }));
}

function isOwn(winner: Int32Array, places: Int32Array, epoch: number): boolean {
  for (let i = 0; i < places.length; i++) if (winner[places[i]!] !== epoch) return false;
  return true;
}

/** The rows of a piece by which groups are still its own; not those that have none. */
function bySet(
  groups: readonly number[],
  winners: readonly Int32Array[],
  { epoch, places }: EpochPiece,
): { groups: number[]; places: number[] }[] {
  let classes: { groups: number[]; places: number[] }[] = [{ groups: [], places: [...places.keys()] }];
  for (const group of groups) {
    const winner = winners[group]!;
    classes = classes.flatMap((before) => {
      const own = before.places.filter((row) => winner[places[row]!] === epoch);
      if (own.length === 0) return [before];
      const grown = { groups: [...before.groups, group], places: own };
      if (own.length === before.places.length) return [grown];
      return [grown, { ...before, places: before.places.filter((row) => winner[places[row]!] !== epoch) }];
    });
  }
  return classes.filter((own) => own.groups.length > 0);
}

function clearedKeys(
  { epochs }: MergeEpochs,
  { clearing, newestRows }: SettledSlice,
  { epoch, keys, places }: EpochPiece,
  needless: (epoch: number, place: number) => boolean,
): SurvivingPiece[] {
  const isAbsence = epochs[epoch]!.epoch.kind === "absent";
  const kept: number[] = [];
  for (let i = 0; i < places.length; i++) {
    const place = places[i]!;
    if (clearing[place] !== epoch) continue;
    const isNews = isAbsence && newestRows[place]! < epoch;
    if (isNews || !needless(epoch, place)) kept.push(i);
  }
  if (kept.length === 0) return [];
  return [{ epoch, groups: [], keys: kept.length === keys.size ? keys : pickKeys(keys, kept) }];
}

/** The keys at some places of a set, given in ascending order. */
export function pickKeys(keys: IdSet, places: ArrayLike<number>): IdSet {
  if (places.length === keys.size) return keys;
  const words = new Int32Array(idsIn(keys).buffer);
  const picked = new Int32Array(places.length * 2);
  for (let i = 0; i < places.length; i++) {
    picked[2 * i] = words[2 * places[i]!]!;
    picked[2 * i + 1] = words[2 * places[i]! + 1]!;
  }
  return idSetOf(new BigInt64Array(picked.buffer));
}
