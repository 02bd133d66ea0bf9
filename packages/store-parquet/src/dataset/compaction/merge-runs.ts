import { uniteAllIds } from "../ids/combine-id-sets.js";
import { idsBetween } from "../ids/cut-id-sets.js";
import type { IdSet } from "../ids/id-set.js";
import { idBounds } from "../ids/look-up.js";
import type { PartRecord } from "../part-record.js";
import { allKeys, greatestKey, type KeyRange, leastKey } from "./key-range.js";
import { tellsOfAll, toldKeys } from "./told-keys.js";

/** Parts that are merged within a range of keys. What they tell of other keys is in other runs of the same merge. */
export interface MergeRun extends KeyRange {
  readonly inputs: readonly PartRecord[];
}

/** A stretch of `base`: the parts whose keys are in it. */
export interface BaseRange extends KeyRange {
  readonly parts: readonly PartRecord[];
}

/**
 * The ranges that the parts of `base` divide all keys into, ascending: each begins with the least key that its part tells of, the
 * first with the least there is. Parts that overlap, which no merge makes, share a range. Without parts there is one range.
 */
export function baseRanges(base: readonly PartRecord[]): BaseRange[] {
  const placed = base
    .map((part) => ({ part, bounds: idBounds(toldKeys(part)) ?? { low: leastKey, high: leastKey } }))
    .sort((a, b) => (a.bounds.low < b.bounds.low ? -1 : a.bounds.low > b.bounds.low ? 1 : 0));
  const ranges: { low: bigint; reach: bigint; parts: PartRecord[] }[] = [];
  for (const { part, bounds } of placed) {
    const last = ranges.at(-1);
    if (last && bounds.low <= last.reach) {
      last.parts.push(part);
      if (bounds.high > last.reach) last.reach = bounds.high;
    } else ranges.push({ low: last ? bounds.low : leastKey, reach: bounds.high, parts: [part] });
  }
  if (ranges.length === 0) return [{ ...allKeys, parts: [] }];
  return ranges.map(({ low, parts }, i) => ({ low, high: (ranges[i + 1]?.low ?? greatestKey + 1n) - 1n, parts }));
}

/** What of `base` is merged with recent parts, so that it takes in all that they tell: ranges that touch are one run. */
export function mergeRuns(recent: readonly PartRecord[], base: readonly PartRecord[]): MergeRun[] {
  const ranges = baseRanges(base);
  const keys = uniteAllIds(recent.map(toldKeys));
  const touched = ranges.map(({ low, high }) => idsBetween(keys, low, high).size > 0);
  if (!touched.includes(true)) touched[0] = true;
  return runsOf(ranges, touched, recent);
}

/** Neighbouring ranges that are wanted, with the recent parts that tell of their keys. */
export function runsOf(
  ranges: readonly BaseRange[],
  wanted: readonly boolean[],
  recent: readonly PartRecord[],
): MergeRun[] {
  const runs: { low: bigint; high: bigint; inputs: PartRecord[] }[] = [];
  for (const [i, { low, high, parts }] of ranges.entries()) {
    if (!wanted[i]) continue;
    if (wanted[i - 1]) {
      const run = runs.at(-1)!;
      run.high = high;
      run.inputs.push(...parts);
    } else runs.push({ low, high, inputs: [...parts] });
  }
  return runs.map((run) => ({ ...run, inputs: [...run.inputs, ...recent.filter((part) => tellsOf(part, run))] }));
}

function tellsOf(part: PartRecord, range: KeyRange): boolean {
  return tellsOfAll(part) || keysIn(toldKeys(part), range).size > 0;
}

/** The keys of a set that are in a range. */
export function keysIn(keys: IdSet, { low, high }: KeyRange): IdSet {
  return idsBetween(keys, low, high);
}
