import type { KeyRange } from "@larder/core";
import { firstPlace, keyBytes, plainKeyBytes } from "./entry-key.js";

/** A {@link KeyRange} in bytes. */
export interface KeyBounds {
  /** Where to begin and end in the index: `from` inclusive, `before` exclusive. Wider than the range where keys are long. */
  readonly places: { readonly from: Uint8Array; readonly before?: Uint8Array };
  readonly reverse: boolean;
  /** `Infinity`: no limit. */
  readonly limit: number;
  /** Whether a key lies in the range, given that it lies between the places. */
  contains(key: Uint8Array): boolean;
}

/** @throws RangeError when `limit` is no whole number of 0 or more */
export function keyBounds({ prefix = "", from = "", before, reverse = false, limit }: KeyRange): KeyBounds {
  if (limit !== undefined && (!Number.isInteger(limit) || limit < 0)) {
    throw new RangeError(`limit must be a whole number, 0 or more, not ${limit}.`);
  }
  const wanted = keyBytes(prefix);
  const low = larger(wanted, keyBytes(from));
  const ends = [before === undefined ? undefined : keyBytes(before), successor(wanted)].filter(
    (end) => end !== undefined,
  );
  const high = ends.toSorted(Buffer.compare)[0];
  return {
    places: { from: firstPlace(low), ...(high === undefined ? {} : { before: endPlace(high) }) },
    reverse,
    limit: limit ?? Number.POSITIVE_INFINITY,
    contains: (key) => Buffer.compare(key, low) >= 0 && (high === undefined || Buffer.compare(key, high) < 0),
  };
}

/** Behind the places of all keys before `high`. Those of long keys that begin as it does may lie on either side of its own. */
function endPlace(high: Buffer): Uint8Array {
  return high.byteLength > plainKeyBytes ? successor(firstPlace(high))! : firstPlace(high);
}

/** The first bytes behind all those that begin with `bytes`; `undefined` when that is everything. */
function successor(bytes: Uint8Array): Buffer | undefined {
  if (bytes.byteLength === 0) return undefined;
  // No byte of a key is 255, so there is always a next one.
  const next = Buffer.from(bytes);
  next[next.byteLength - 1]! += 1;
  return next;
}

function larger(one: Buffer, other: Buffer): Buffer {
  return Buffer.compare(one, other) >= 0 ? one : other;
}
