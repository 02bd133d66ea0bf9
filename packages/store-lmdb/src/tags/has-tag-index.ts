import { readFileSync } from "node:fs";
import { join } from "node:path";
import { UnsupportedCapabilityError } from "@larder/core";
import type { StoreContext } from "../store-context.js";

/**
 * Whether the entries of a cache directory are indexed by their tags: unless `larder.json`, written when the directory was
 * made, says otherwise.
 */
export function hasTagIndex(root: string): boolean {
  try {
    const stored = JSON.parse(readFileSync(join(root, "larder.json"), "utf8")) as { tagIndex?: unknown } | null;
    return stored?.tagIndex !== false;
  } catch {
    return true;
  }
}

/** @throws UnsupportedCapabilityError where entries are not indexed by their tags */
export function checkTagIndex({ indexesTags }: StoreContext, operation: string): void {
  if (indexesTags === false) throw new UnsupportedCapabilityError("tags", operation);
}
