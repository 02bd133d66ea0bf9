import type { CacheBackend } from "../backend.js";
import type { EntryIndex } from "../capabilities/index.js";
import { UnsupportedCapabilityError } from "../errors.js";

/**
 * The keys of a backend. What keys there are can't be told without the backend's help, so nothing is derived here.
 *
 * @throws UnsupportedCapabilityError when the backend does not declare `supports.entryIndex`
 */
export function keysOf(backend: CacheBackend, options: { readonly prefix?: string } = {}): AsyncIterable<string> {
  if (backend.supports?.entryIndex !== true) throw new UnsupportedCapabilityError("entryIndex", "Listing keys");
  return (backend as CacheBackend & EntryIndex).keys(options);
}
