import { changeStrength } from "../cached/manage/change-strength.js";
import type { ReadingParts } from "./reading-parts.js";

/** See `Folio.pinCache`. @throws CacheError `not-cached` */
export function pinItem({ store, remote }: ReadingParts, name: string): Promise<void> {
  return changeStrength(store, remote.url, name, { pinned: true });
}

/** See `Folio.unpinCache`. @throws CacheError `not-cached` */
export function unpinItem({ store, remote }: ReadingParts, name: string): Promise<void> {
  return changeStrength(store, remote.url, name, { pinned: false });
}

/** See `Folio.setCachePriority`. @throws LarderError `invalid-option`; CacheError `not-cached` */
export function setItemPriority({ store, remote }: ReadingParts, name: string, priority: number): Promise<void> {
  return changeStrength(store, remote.url, name, { priority });
}
