import { LarderError } from "@larder/core";
import { containerFrom } from "./container-from.js";
import { hasLow, lowAt } from "./container-places.js";
import type { IdSet } from "./id-set.js";
import { placesOfIds } from "./places-of-ids.js";

/** Whether a set has an id. */
export function hasId(set: IdSet, id: bigint): boolean {
  if (set.loose.length > 0) return placesOfIds(set, BigInt64Array.of(id))[0]! >= 0 && BigInt.asIntN(64, id) === id;
  const high = Number(id >> 16n);
  const container = set.containers[containerFrom(set.containers, high)];
  return container?.high === high && hasLow(container, Number(id & 0xffffn));
}

/** The least and the greatest id; `undefined` of a set without ids. */
export function idBounds(set: IdSet): { low: bigint; high: bigint } | undefined {
  if (set.size === 0) return undefined;
  return { low: idAt(set, 0), high: idAt(set, set.size - 1) };
}

/**
 * The id that `rank` others are below.
 *
 * @param rank - a whole number from 0 to `size - 1`
 * @throws LarderError `invalid-option` for another
 */
export function idAt(set: IdSet, rank: number): bigint {
  if (!Number.isInteger(rank) || rank < 0 || rank >= set.size) {
    throw new LarderError(
      `A set of ${set.size} ids has none at place ${rank}. Ask for one from 0 to ${set.size - 1}.`,
      {
        code: "invalid-option",
        facts: { rank, size: set.size },
      },
    );
  }
  if (set.loose.length > 0) return set.loose[rank]!;
  let left = rank;
  let at = 0;
  while (left >= set.containers[at]!.size) left -= set.containers[at++]!.size;
  const container = set.containers[at]!;
  return (BigInt(container.high) << 16n) | BigInt(lowAt(container, left));
}
