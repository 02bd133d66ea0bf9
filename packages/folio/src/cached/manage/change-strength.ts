import { highestPriority } from "@larder/core";
import { CacheError } from "../../folio-errors.js";
import { invalidOption } from "../../invalid-option.js";
import type { CachedItem, FolioStore } from "../folio-store.js";

/**
 * Pins or unpins a cached item, or says how late it is evicted.
 *
 * @throws LarderError `invalid-option`; CacheError `not-cached`
 */
export async function changeStrength(
  store: FolioStore,
  url: string,
  name: string,
  change: Partial<Pick<CachedItem, "pinned" | "priority">>,
): Promise<void> {
  const { priority = 0 } = change;
  if (!(Number.isInteger(priority) && priority >= 0 && priority <= highestPriority)) {
    throw invalidOption("priority", `a whole number from 0 to ${highestPriority}`, priority);
  }
  if (await store.changeItem(url, name, change)) return;
  throw new CacheError(`The item '${name}' of ${url} is not in the cache. Read or warm it first.`, {
    code: "not-cached",
    facts: { url, item: name },
  });
}
