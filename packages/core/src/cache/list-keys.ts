import type { CacheBackend } from "../backend.js";
import type { EntryIndex, KeyRange } from "../capabilities/index.js";
import { UnsupportedCapabilityError } from "../errors.js";
import { checkKeyRange } from "./check-key-range.js";

/**
 * The keys of a backend. What keys there are can't be told without the backend's help, so nothing is derived here.
 *
 * @throws UnsupportedCapabilityError when the backend does not declare `supports.entryIndex`
 * @throws LarderError `invalid-option`
 */
export function keysOf(backend: CacheBackend, range: KeyRange, operation = "Listing keys"): AsyncIterable<string> {
  if (backend.supports?.entryIndex !== true) throw new UnsupportedCapabilityError("entryIndex", operation);
  return (backend as CacheBackend & EntryIndex).keys(checkKeyRange(range));
}
