import type { FolioCache, ListedCacheItem } from "@larder/folio";
import type { CacheOnDisk } from "../caches/cache-on-disk.js";
import { shownPath, shownType } from "../caches/shown-cache.js";
import type { CommandContext } from "../commands/command-context.js";
import { formatAge, isoTime } from "../output/format-age.js";
import { formatCount, formatSize } from "../output/format-quantity.js";
import { withFolioCache } from "./open-folios.js";
import { urlsNamed } from "./urls-named.js";

const usualLimit = 100;

/** Lists the bundles of a cache, each with its items. */
export async function listFolios(found: CacheOnDisk, context: CommandContext): Promise<object> {
  const { given, output, surroundings } = context;
  return withFolioCache(found.directory, context, async (folios) => {
    const wanted = given.argument("bundle");
    const urls = wanted === undefined ? await allUrls(folios) : await urlsNamed(folios, wanted, surroundings.directory);
    output.line(output.colours.bold(`${shownPath(found.directory, surroundings)} (${shownType(found)})`));
    if (urls.length === 0) output.line(wanted === undefined ? "No bundles." : `No bundle '${output.safe(wanted)}'.`);
    const bundles: object[] = [];
    for (const url of urls) bundles.push(await listBundle(folios, url, context));
    return { directory: found.directory, type: found.type, kind: null, bundles };
  });
}

async function allUrls(folios: FolioCache): Promise<readonly string[]> {
  const urls: string[] = [];
  for await (const { url } of folios.bundles()) urls.push(url);
  return urls;
}

async function listBundle(
  folios: FolioCache,
  url: string,
  { given, output, surroundings, signal }: CommandContext,
): Promise<object> {
  const limit = given.number("limit") ?? usualLimit;
  const prefix = given.text("prefix") ?? "";
  const items: ListedCacheItem[] = [];
  let total = 0;
  for await (const item of folios.items(url)) {
    signal.throwIfAborted();
    if (!item.name.startsWith(prefix)) continue;
    total++;
    if (items.length < limit) items.push(item);
  }
  const now = surroundings.now();
  output.line(output.safe(url));
  if (items.length === 0) output.line("  No items.");
  else {
    output.table(
      [
        { title: "ITEM", narrowsTo: 12 },
        { title: "KIND" },
        { title: "SIZE", align: "right" },
        { title: "VERIFIED", align: "right", leftOut: 1 },
        { title: "USED", align: "right", leftOut: 2 },
        { title: "TIMES", align: "right", leftOut: 3 },
        { title: "", leftOut: 4 },
      ],
      items.map((item) => [
        item.name,
        item.kind,
        formatSize(item.sizeBytes),
        formatAge(item.lastVerified, now),
        formatAge(item.lastAccessed, now),
        formatCount(item.accessCount),
        [
          ...(item.cached ? [] : ["evicted"]),
          ...(item.pinned ? ["pinned"] : []),
          ...(item.priority > 0 ? [`priority ${item.priority}`] : []),
        ].join(", "),
      ]),
    );
  }
  if (total > items.length)
    output.line(
      output.colours.dim(`The first ${formatCount(items.length)} of ${formatCount(total)}; --limit shows more.`),
    );
  return { url, total, more: total > items.length, items: items.map(itemJson) };
}

function itemJson(item: ListedCacheItem): object {
  const {
    name,
    kind,
    sizeBytes,
    content,
    cached,
    pinned,
    priority,
    accessCount,
    updatedBy = null,
    updatedAt = null,
  } = item;
  return {
    item: name,
    kind,
    sizeBytes,
    content,
    cached,
    cachedAt: isoTime(item.cachedAt),
    lastVerified: isoTime(item.lastVerified),
    lastAccessed: isoTime(item.lastAccessed),
    accessCount,
    pinned,
    priority,
    updatedAt,
    updatedBy,
  };
}
