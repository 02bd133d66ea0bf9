import type { CacheOnDisk } from "../../caches/cache-on-disk.js";
import { findCaches } from "../../caches/find-caches.js";
import { withCache } from "../../caches/open-cache.js";
import { shownPath, shownType } from "../../caches/shown-cache.js";
import { tellNoCaches } from "../../caches/tell-no-caches.js";
import { messageOf } from "../../failures/tell-error.js";
import { formatAge, isoTime } from "../../output/format-age.js";
import { formatCount, formatShare, formatSize } from "../../output/format-quantity.js";
import { exitCodes } from "../command.js";
import type { CommandContext } from "../command-context.js";

/** One cache, as `cache stats --json` tells of it. */
interface CacheSummary {
  readonly directory: string;
  readonly type: CacheOnDisk["type"];
  readonly kind: string | null;
  /** Of a folio: items; their bytes are counted once, however many bundles have them. */
  readonly entries: number;
  readonly sizeBytes: number;
  readonly limitBytes: number | null;
  readonly usedShare: number | null;
  readonly hits: number;
  readonly misses: number;
  readonly hitRate: number | null;
  readonly evictions: number | null;
  readonly expirations: number | null;
  readonly datasets: readonly string[];
  readonly bundles: number | null;
  readonly remoteChecks: number | null;
  readonly downloads: number | null;
  readonly downloadedBytes: number | null;
  readonly oldestAccess: string | null;
}

export async function run(context: CommandContext): Promise<number> {
  const { output, surroundings } = context;
  const caches = await findCaches(context);
  if (caches.length === 0 && !output.json) return tellNoCaches(context);
  const summaries: CacheSummary[] = [];
  const failed: { directory: string; error: string }[] = [];
  for (const found of caches) {
    context.signal.throwIfAborted();
    try {
      summaries.push(found.type === "folio" ? await summaryOfFolios(found, context) : await summaryOf(found));
    } catch (error) {
      failed.push({ directory: found.directory, error: messageOf(error) });
    }
  }
  output.document({ caches: summaries, total: totalOf(summaries), failed });
  output.table(
    [
      { title: "CACHE", narrowsTo: 10 },
      { title: "TYPE" },
      { title: "ENTRIES", align: "right" },
      { title: "SIZE", align: "right" },
      { title: "LIMIT", align: "right", leftOut: 2 },
      { title: "USED", align: "right", leftOut: 3 },
      { title: "HIT RATE", align: "right", leftOut: 1 },
      { title: "EVICTED", align: "right", leftOut: 4 },
      { title: "OLDEST USE", align: "right", leftOut: 5 },
    ],
    summaries.map((each) => [
      shownPath(each.directory, surroundings),
      shownType({ ...each, kind: each.kind ?? undefined }),
      formatCount(each.entries),
      formatSize(each.sizeBytes),
      each.limitBytes === null ? "no limit" : formatSize(each.limitBytes),
      formatShare(each.usedShare),
      formatShare(each.hitRate),
      formatCount(each.evictions),
      formatAge(each.oldestAccess === null ? undefined : Date.parse(each.oldestAccess), surroundings.now()),
    ]),
  );
  if (summaries.length > 1) {
    const { caches: count, entries, sizeBytes } = totalOf(summaries);
    output.line(output.colours.dim(`${count} caches, ${formatCount(entries)} entries, ${formatSize(sizeBytes)}`));
  }
  for (const { directory, error } of failed)
    output.note(`${shownPath(directory, surroundings)}: ${output.safe(error)}`);
  return failed.length > 0 ? exitCodes.failed : exitCodes.done;
}

async function summaryOf(found: CacheOnDisk): Promise<CacheSummary> {
  return withCache(found, async ({ cache, datasets }) => {
    const [counts, volume, tables] = [await cache.stats(), await cache.volume(), await datasets()];
    const looks = counts.hits + counts.misses;
    const { limitBytes, sizeBytes } = volume;
    return {
      directory: found.directory,
      type: found.type,
      kind: found.kind ?? null,
      entries: volume.entries,
      sizeBytes,
      limitBytes: limitBytes ?? null,
      usedShare: limitBytes === undefined || limitBytes === 0 ? null : sizeBytes / limitBytes,
      hits: counts.hits,
      misses: counts.misses,
      hitRate: looks === 0 ? null : counts.hits / looks,
      evictions: counts.evictions,
      expirations: counts.expirations,
      datasets: tables,
      bundles: null,
      remoteChecks: null,
      downloads: null,
      downloadedBytes: null,
      oldestAccess: null,
    };
  });
}

async function summaryOfFolios(found: CacheOnDisk, context: CommandContext): Promise<CacheSummary> {
  const { withFolioCache } = await import("../../folios/open-folios.js");
  return withFolioCache(found.directory, context, async (folios) => {
    const statistics = await folios.statistics();
    return {
      directory: found.directory,
      type: found.type,
      kind: null,
      entries: statistics.items,
      sizeBytes: statistics.totalSizeBytes,
      limitBytes: Number.isFinite(statistics.limitBytes) ? statistics.limitBytes : null,
      usedShare: Number.isFinite(statistics.usedShare) ? statistics.usedShare : null,
      hits: statistics.hits,
      misses: statistics.misses,
      hitRate: statistics.hitRate ?? null,
      evictions: null,
      expirations: null,
      datasets: [],
      bundles: statistics.bundles,
      remoteChecks: statistics.remoteChecks,
      downloads: statistics.downloads,
      downloadedBytes: statistics.downloadedBytes,
      oldestAccess: isoTime(statistics.oldestAccess),
    };
  });
}

function totalOf(summaries: readonly CacheSummary[]) {
  return {
    caches: summaries.length,
    entries: summaries.reduce((sum, { entries }) => sum + entries, 0),
    sizeBytes: summaries.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
  };
}
