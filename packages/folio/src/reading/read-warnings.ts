import type { CachedItem } from "../cached/folio-store.js";
import type { FolioEvent } from "../folio-events.js";
import type { ManifestItem } from "../manifest/manifest.js";
import type { ReadingParts } from "./reading-parts.js";

/** A copy is used that is not known to be current. */
export function staleCopy(
  parts: Pick<ReadingParts, "remote" | "clock">,
  row: CachedItem,
  isUnreachable: boolean,
): FolioEvent {
  const { url } = parts.remote;
  const { name: item, content } = row;
  const ageSeconds = ageOf(row, parts);
  const why = isUnreachable ? "the remote can't be reached" : "the manifest names a newer one";
  return {
    type: "warning",
    code: "stale-copy",
    item,
    message: `The local copy of '${item}' of ${url} is used though ${why}. It was last confirmed ${ageSeconds} s ago.`,
    facts: { url, item, ageSeconds, content },
  };
}

/** Whole seconds since a copy was confirmed by a check of its own. */
export function ageOf(row: CachedItem | undefined, { clock }: Pick<ReadingParts, "clock">): number {
  return row === undefined ? 0 : Math.round((clock.now() - row.lastVerified) / 1000);
}

/** An item is read past the cache, for its size. */
export function largeItem(url: string, item: string, { sizeBytes }: ManifestItem): FolioEvent {
  return {
    type: "warning",
    code: "large-item",
    item,
    message: `The item '${item}' of ${url} has ${sizeBytes} bytes, more than largeFileThreshold: it is read from the remote and not cached. Say forceCache, or cacheLargeFiles, to cache it.`,
    facts: { url, item, sizeBytes },
  };
}
