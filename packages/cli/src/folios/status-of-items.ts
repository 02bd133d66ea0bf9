import type { CacheStatus } from "@larder/folio";
import type { CacheOnDisk } from "../caches/cache-on-disk.js";
import type { CommandContext } from "../commands/command-context.js";
import { formatAge, formatDuration, isoTime } from "../output/format-age.js";
import { counted, formatSize } from "../output/format-quantity.js";
import { itemsNamed } from "./cached-items.js";
import { withFolioCache } from "./open-folios.js";

/** Tells all that is known of the cached items of a name. */
export async function statusOfItems(
  found: CacheOnDisk,
  name: string,
  context: CommandContext,
): Promise<readonly object[]> {
  const { output, surroundings } = context;
  return withFolioCache(found.directory, context, async (folios) => {
    const told: object[] = [];
    for (const { url, kind, updatedBy, updatedAt } of await itemsNamed(folios, name, context)) {
      const status = await folios.status(url, name);
      output.line(output.colours.bold(`${output.safe(name)} of ${output.safe(url)}`));
      const changed =
        updatedAt === undefined
          ? []
          : [["changed", `${updatedAt}${updatedBy === undefined ? "" : ` by ${updatedBy}`}`] as const];
      output.pairs([["kind", kind], ...changed, ...pairsOf(status, surroundings.now())]);
      told.push({
        directory: found.directory,
        cacheType: found.type,
        url,
        item: name,
        kind,
        updatedAt: updatedAt ?? null,
        updatedBy: updatedBy ?? null,
        ...statusJson(status),
      });
    }
    return told;
  });
}

function pairsOf(status: CacheStatus, now: number): (readonly [string, string])[] {
  const age = (date: Date | undefined) => formatAge(date?.getTime(), now);
  return [
    ["cached", status.cached ? "yes" : "no: it was evicted, and is fetched when it is read next"],
    ["size", formatSize(status.sizeBytes)],
    ["path", status.path ?? "–"],
    ["cached since", age(status.cachedAt)],
    ["verified", age(status.lastVerified)],
    ["expires", expiry(status.ttlExpiresInSeconds)],
    ["checksum", status.checksumValid === undefined ? "–" : status.checksumValid ? "valid" : "DAMAGED"],
    ["used", `${counted(status.accessCount, "time")}, last ${age(status.lastAccessed)}`],
    ["pinned", status.pinned ? "yes" : "no"],
    ["priority", String(status.priority)],
  ];
}

function expiry(seconds: number | null | undefined): string {
  if (seconds === undefined) return "–";
  if (seconds === null) return "never";
  return seconds <= 0
    ? `${formatDuration(-seconds)} ago: it is checked when it is read next`
    : `in ${formatDuration(seconds)}`;
}

function statusJson({ cachedAt, lastVerified, lastAccessed, ...rest }: CacheStatus): object {
  return {
    ...rest,
    path: rest.path ?? null,
    sizeBytes: rest.sizeBytes ?? null,
    ttlExpiresInSeconds: rest.ttlExpiresInSeconds ?? null,
    checksumValid: rest.checksumValid ?? null,
    cachedAt: isoTime(cachedAt),
    lastVerified: isoTime(lastVerified),
    lastAccessed: isoTime(lastAccessed),
  };
}
