import { CacheError } from "../folio-errors.js";
import { invalidOption } from "../invalid-option.js";
import type { ReadingParts } from "./reading-parts.js";

/** See `Folio.pinCache`. @throws CacheError `not-cached` */
export function pinItem(parts: ReadingParts, name: string): Promise<void> {
  return changeRow(parts, name, { pinned: true });
}

/** See `Folio.unpinCache`. @throws CacheError `not-cached` */
export function unpinItem(parts: ReadingParts, name: string): Promise<void> {
  return changeRow(parts, name, { pinned: false });
}

/** See `Folio.setCachePriority`. @throws LarderError `invalid-option`; CacheError `not-cached` */
export function setItemPriority(parts: ReadingParts, name: string, priority: number): Promise<void> {
  if (!Number.isInteger(priority) || priority < 0 || priority > 100) {
    throw invalidOption("priority", "a whole number from 0 to 100", priority);
  }
  return changeRow(parts, name, { priority });
}

async function changeRow(
  { store, remote }: ReadingParts,
  name: string,
  change: { readonly pinned?: boolean; readonly priority?: number },
): Promise<void> {
  if (await store.changeItem(remote.url, name, change)) return;
  throw new CacheError(`The item '${name}' of ${remote.url} is not in the cache. Read or warm it first.`, {
    code: "not-cached",
    facts: { url: remote.url, item: name },
  });
}
