import type { CacheOnDisk } from "../caches/cache-on-disk.js";
import type { Amount } from "../caches/clear-cache.js";
import type { CommandContext } from "../commands/command-context.js";
import { withFolioCache } from "./open-folios.js";

/** Removes, or would remove, what was not used for long, and what nothing points at. */
export async function cleanFolios(
  { directory }: CacheOnDisk,
  context: CommandContext,
  dryRun: boolean,
): Promise<Amount> {
  const olderThanSeconds = context.given.number("older-than");
  return withFolioCache(directory, context, async (folios) => {
    const old = olderThanSeconds === undefined ? none : await folios.cleanup({ olderThanSeconds, dryRun });
    const orphans = context.given.has("orphaned") ? await folios.cleanupOrphaned({ dryRun }) : none;
    return { items: old.items + orphans.items, bytes: old.bytes + orphans.bytes };
  });
}

const none: Amount = { items: 0, bytes: 0 };
