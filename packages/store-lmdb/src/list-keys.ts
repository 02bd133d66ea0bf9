import type { KeyRange } from "@larder/core";
import { isHashedPlace, keyText, plainKeyOf, sharedBeginning } from "./entry-key.js";
import { type KeyBounds, keyBounds } from "./key-range.js";
import type { OpenStore } from "./open-store.js";
import { decodeRow } from "./row-format.js";
import type { StoreContext } from "./store-operations.js";

/** Keys read from LMDB at a time: between two pages the store may change. */
const pageKeys = 500;

/**
 * The keys in a range, in order by bytes. Keys that are set or deleted while this runs may or may not be among them; no
 * others are left out.
 *
 * @throws RangeError when `limit` is no whole number of 0 or more
 */
export async function* listKeys(store: OpenStore, range: KeyRange): AsyncGenerator<string> {
  yield* keysInRange(store, range, () => store.environment.refresh());
}

/**
 * The same, synchronous.
 *
 * @param beforePage - called before the index is read again
 */
export function* keysInRange(context: StoreContext, range: KeyRange, beforePage?: () => void): Generator<string> {
  const bounds = keyBounds(range);
  let left = bounds.limit;
  for (const key of inOrder(placedKeys(context, bounds, beforePage), bounds.reverse)) {
    if (!bounds.contains(key)) continue;
    if (left-- <= 0) return;
    yield keyText(key);
    if (left === 0) return;
  }
}

/** A key and where it stands in the index. */
export interface PlacedKey {
  readonly place: Uint8Array;
  readonly key: Uint8Array;
}

function* placedKeys(context: StoreContext, bounds: KeyBounds, beforePage?: () => void): Generator<PlacedKey> {
  const { reverse } = bounds;
  const limit = Math.min(pageKeys, bounds.limit);
  let { from, before } = bounds.places as { from: Uint8Array; before?: Uint8Array };
  while (limit > 0 && (before === undefined || Buffer.compare(from, before) < 0)) {
    beforePage?.();
    const ends = before === undefined ? {} : { before };
    const places = context.environment.entries.keysIn({ from, ...ends, reverse, limit });
    for (const place of places) {
      const key = keyAt(context, place);
      if (key !== undefined) yield { place, key };
    }
    if (places.length < limit) return;
    const last = places.at(-1)!;
    if (reverse) before = last;
    else from = Buffer.concat([last, Buffer.of(0)]);
  }
}

/** The keys of places that come in order, or in reverse. */
function* inOrder(placed: Iterable<PlacedKey>, reverse: boolean): Generator<Uint8Array> {
  const sorter = keySorter(reverse);
  for (const each of placed) yield* sorter.add(each);
  yield* sorter.rest();
}

/** Brings keys in order whose places come in order: long keys that begin alike stand in the index by their digests. */
export interface KeySorter {
  /** Takes the next; returns those that nothing can come before any more. */
  add(placed: PlacedKey): Uint8Array[];
  /** Those that are left. */
  rest(): Uint8Array[];
}

/** @param reverse - whether the places come in descending order */
export function keySorter(reverse = false): KeySorter {
  const alike: PlacedKey[] = [];
  const rest = () => {
    const keys = alike.splice(0).map(({ key }) => key);
    return keys.sort((one, other) => (reverse ? Buffer.compare(other, one) : Buffer.compare(one, other)));
  };
  return {
    add(placed) {
      const hashed = isHashedPlace(placed.place);
      const ready = alike.length > 0 && !(hashed && beginAlike(alike[0]!.place, placed.place)) ? rest() : [];
      if (hashed) alike.push(placed);
      else ready.push(placed.key);
      return ready;
    },
    rest,
  };
}

/** A key read back from the index; long ones stand in their rows. `undefined`: such a row is damaged, or gone by now. */
export function keyAt({ environment, xxhash }: StoreContext, place: Uint8Array): Uint8Array | undefined {
  const plain = plainKeyOf(place);
  if (plain !== undefined) return plain;
  const bytes = environment.entries.read(place);
  const key = bytes && decodeRow(bytes, undefined, xxhash)?.key;
  return key && new Uint8Array(key);
}

function beginAlike(one: Uint8Array, other: Uint8Array): boolean {
  return Buffer.compare(sharedBeginning(one), sharedBeginning(other)) === 0;
}
