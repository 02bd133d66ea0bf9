import { intersectIds, uniteAllIds } from "../ids/combine-id-sets.js";
import type { IdSet } from "../ids/id-set.js";
import { rowsOfIds } from "../ids/rows-of-ids.js";
import type { AbsentEpoch, Epoch, RowsEpoch } from "../part-record.js";
import { isSettled } from "./settled-before.js";

/** So many epochs of one file are kept apart. */
const mostEpochs = 64;

/** Fetches are near to each other when what lies between them is so great a part of the age of the newer one. */
const nearness = 1 / 8;

/** What may be joined. */
export interface JoinRules {
  /** `settledBefore`. */
  readonly settled: number;
  /** The present, in milliseconds since 1970. */
  readonly now: number;
  /** Keys that parts outside the merge tell of in epochs that are settled. */
  readonly outside: IdSet;
}

type Fetched = RowsEpoch | AbsentEpoch;

/**
 * Epochs of one file, in the order in which they count, made fewer. Those of one sequence become one. Where there are more than
 * 64, so do those of like columns and version that were fetched at about the same time, with the greatest of their sequences: only
 * where they are settled, so that nothing comes later whose sequence lies between. Joined, they have the earliest of their times:
 * cells may expire earlier for it, never later.
 *
 * To be given epochs of which no two tell of the same cell.
 */
export function joinEpochs(epochs: readonly Epoch[], rules: JoinRules): Epoch[] {
  const ofOneSequence = joined(epochs, (group, epoch) => group.last.sequence === epoch.sequence);
  if (ofOneSequence.length <= mostEpochs) return ofOneSequence;
  const isFree = (epoch: Fetched) =>
    isSettled(epoch, rules.settled) && intersectIds(epoch.keys, rules.outside).size === 0;
  const free = new Set(ofOneSequence.filter((epoch) => epoch.kind !== "invalid" && isFree(epoch)));
  return joined(
    ofOneSequence,
    (group, epoch) => free.has(group.last) && free.has(epoch) && isNear(group, epoch.fetchedAt, rules.now),
  );
}

/** Epochs that become one. */
interface Group {
  readonly epochs: Fetched[];
  last: Fetched;
  /** Times of fetching. */
  oldest: number;
  newest: number;
}

/** Joins epochs of like kind, columns and version as long as the test holds for what is joined and the next of them. */
function joined(epochs: readonly Epoch[], fits: (group: Group, epoch: Fetched) => boolean): Epoch[] {
  const groups = new Map<string, Group>();
  const done: Epoch[] = [];
  for (const epoch of epochs) {
    if (epoch.kind === "invalid") {
      done.push(epoch);
      continue;
    }
    const like = likeness(epoch);
    const group = groups.get(like);
    if (group && fits(group, epoch)) {
      group.epochs.push(epoch);
      group.last = epoch;
      group.oldest = Math.min(group.oldest, epoch.fetchedAt);
      group.newest = Math.max(group.newest, epoch.fetchedAt);
      continue;
    }
    if (group) done.push(asOne(group));
    groups.set(like, { epochs: [epoch], last: epoch, oldest: epoch.fetchedAt, newest: epoch.fetchedAt });
  }
  for (const group of groups.values()) done.push(asOne(group));
  return done.sort((a, b) => a.sequence - b.sequence);
}

function likeness(epoch: Fetched): string {
  return JSON.stringify([epoch.kind, epoch.version ?? null, epoch.kind === "rows" ? epoch.columns : null]);
}

function isNear(group: Group, fetchedAt: number, now: number): boolean {
  const newest = Math.max(group.newest, fetchedAt);
  return newest - Math.min(group.oldest, fetchedAt) <= (now - newest) * nearness;
}

/** The epochs ascend by sequence. */
function asOne({ epochs, last, oldest }: Group): Epoch {
  if (epochs.length === 1) return last;
  const keys = uniteAllIds(epochs.map((epoch) => epoch.keys));
  if (last.kind === "rows") return { ...last, keys, fetchedAt: oldest };
  const { texts: _, ...rest } = last;
  const texts = joinedTexts(epochs, keys);
  return { ...rest, keys, fetchedAt: oldest, ...(texts && { texts }) };
}

function joinedTexts(group: readonly Fetched[], keys: IdSet): string[] | undefined {
  const texts: string[] = [];
  for (const epoch of group) {
    if (epoch.kind !== "absent" || !epoch.texts) return undefined;
    for (const [i, place] of rowsOfIds(keys, epoch.keys).entries()) texts[place] = epoch.texts[i]!;
  }
  return texts;
}
