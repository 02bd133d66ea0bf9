import { LarderError } from "@larder/core";
import { containerFrom } from "./container-from.js";
import { containerBetween, lowAt } from "./container-places.js";
import { type Container, emptyIds, type IdSet, setOfContainers } from "./id-set.js";
import { seekId, wordsOfIds } from "./id-words.js";
import { setOfSorted } from "./set-of-sorted.js";

const least = -(2n ** 63n);
const greatest = 2n ** 63n - 1n;

/** Ids of a set from `low` to `high`, both included; none when `low` is above `high`. Bounds may be beyond 64 bits. */
export function idsBetween(set: IdSet, low: bigint, high: bigint): IdSet {
  if (low > high || low > greatest || high < least) return emptyIds;
  const from = low < least ? least : low;
  const to = high > greatest ? greatest : high;
  if (set.loose.length > 0) return looseBetween(set, from, to);
  const fromHigh = Number(from >> 16n);
  const toHigh = Number(to >> 16n);
  const first = containerFrom(set.containers, fromHigh);
  const kept: Container[] = [];
  for (let i = first; i < set.containers.length && set.containers[i]!.high <= toHigh; i++) {
    const container = set.containers[i]!;
    const part = containerBetween(
      container,
      container.high === fromHigh ? Number(from & 0xffffn) : 0,
      container.high === toHigh ? Number(to & 0xffffn) : 65535,
    );
    if (part !== undefined) kept.push(part);
  }
  const result = setOfContainers(kept);
  return result.size === set.size ? set : result;
}

/**
 * A set cut into pieces that follow each other, each of `mostPerPiece` ids and the last of what is left. No ids, no pieces.
 *
 * @param mostPerPiece - a whole number from 1 on
 * @throws LarderError `invalid-option` for another
 */
export function cutIds(set: IdSet, mostPerPiece: number): IdSet[] {
  if (!Number.isInteger(mostPerPiece) || mostPerPiece < 1) {
    throw new LarderError(`Ids can't be cut into pieces of ${mostPerPiece}. Give a whole number from 1 on.`, {
      code: "invalid-option",
      facts: { mostPerPiece },
    });
  }
  if (set.size === 0) return [];
  if (set.size <= mostPerPiece) return [set];
  const pieces: IdSet[] = [];
  for (let from = 0; from < set.loose.length; from += mostPerPiece) {
    pieces.push(setOfSorted(set.loose.slice(from, from + mostPerPiece)));
  }
  if (pieces.length > 0) return pieces;
  let piece: Container[] = [];
  let room = mostPerPiece;
  for (const container of set.containers) {
    let from = 0;
    while (from < container.size) {
      const to = Math.min(container.size, from + room);
      piece.push(containerAt(container, from, to));
      room -= to - from;
      from = to;
      if (room > 0) continue;
      pieces.push(setOfContainers(piece));
      piece = [];
      room = mostPerPiece;
    }
  }
  if (piece.length > 0) pieces.push(setOfContainers(piece));
  return pieces;
}

function looseBetween(set: IdSet, low: bigint, high: bigint): IdSet {
  const words = wordsOfIds(set.loose);
  const bounds = wordsOfIds(BigInt64Array.of(low, high));
  const from = seekId(words, 0, bounds, 0);
  const last = seekId(words, set.size, bounds, 2);
  const to = set.loose[last] === high ? last + 1 : last;
  return to - from === set.size ? set : setOfSorted(set.loose.slice(from, to));
}

/** The ids at the places from `from` on and before `to`: at least one. */
function containerAt(container: Container, from: number, to: number): Container {
  if (from === 0 && to === container.size) return container;
  return containerBetween(container, lowAt(container, from), lowAt(container, to - 1))!;
}
