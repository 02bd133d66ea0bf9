import {
  firstPlace,
  isHashedPlace,
  keyBytes,
  keyText,
  plainKeyBytes,
  plainKeyOf,
  sharedBeginning,
} from "./entry-key.js";
import type { OpenStore } from "./open-store.js";
import { decodeRow } from "./row-format.js";

/** Keys read from LMDB at a time: between two pages the store may change. */
const pageKeys = 500;

/**
 * The keys that begin with `prefix`, ascending by bytes. Keys that are set or deleted while this runs may or may not be
 * among them; no others are left out.
 */
export async function* listKeys(store: OpenStore, prefix: string): AsyncGenerator<string> {
  const wanted = keyBytes(prefix);
  let start: Uint8Array = firstPlace(wanted);
  let alike: Uint8Array[] = [];
  for (;;) {
    store.environment.refresh();
    const places = store.environment.entries.keysFrom(start, pageKeys);
    for (const place of places) {
      const key = keyAt(store, place);
      if (alike.length > 0 && !(isHashedPlace(place) && startsWith(place, sharedBeginning(firstPlace(alike[0]!))))) {
        yield* sorted(alike);
        alike = [];
      }
      if (key === undefined) continue;
      if (!startsWith(key, wanted)) {
        // Long keys are in order only as far as they stand in their places.
        if (Buffer.compare(placedPart(key, wanted), placedPart(wanted, wanted)) > 0) return yield* sorted(alike);
        continue;
      }
      if (isHashedPlace(place)) alike.push(key);
      else yield keyText(key);
    }
    if (places.length < pageKeys) return yield* sorted(alike);
    start = Buffer.concat([places.at(-1)!, Buffer.of(0)]);
  }
}

/** A key read back from the index; long ones stand in their rows. */
function keyAt({ environment, xxhash }: OpenStore, place: Uint8Array): Uint8Array | undefined {
  const plain = plainKeyOf(place);
  if (plain !== undefined) return plain;
  const bytes = environment.entries.read(place);
  const key = bytes && decodeRow(bytes, undefined, xxhash)?.key;
  return key && new Uint8Array(key);
}

function placedPart(key: Uint8Array, prefix: Uint8Array): Uint8Array {
  return key.subarray(0, Math.min(prefix.byteLength, plainKeyBytes));
}

function sorted(keys: readonly Uint8Array[]): string[] {
  return keys.toSorted(Buffer.compare).map(keyText);
}

function startsWith(bytes: Uint8Array, prefix: Uint8Array): boolean {
  return bytes.byteLength >= prefix.byteLength && Buffer.compare(bytes.subarray(0, prefix.byteLength), prefix) === 0;
}
