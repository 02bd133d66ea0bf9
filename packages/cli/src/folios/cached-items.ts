import { LarderError } from "@larder/core";
import type { FolioCache, ListedCacheItem } from "@larder/folio";
import type { CacheOnDisk } from "../caches/cache-on-disk.js";
import { folioCaches } from "../caches/named-cache.js";
import type { CommandContext } from "../commands/command-context.js";
import { withFolioCache } from "./open-folios.js";
import { urlsNamed } from "./urls-named.js";

/** Cached items of that name; with `--bundle`, of the bundles it names. */
export async function itemsNamed(
  folios: FolioCache,
  name: string,
  { given, surroundings }: CommandContext,
): Promise<readonly ListedCacheItem[]> {
  const bundle = given.text("bundle");
  const urls = bundle === undefined ? undefined : await urlsNamed(folios, bundle, surroundings.directory);
  const items: ListedCacheItem[] = [];
  for await (const item of folios.items()) {
    if (item.name === name && (urls === undefined || urls.includes(item.url))) items.push(item);
  }
  return items;
}

/**
 * Does something with each named item, once all of them were found.
 *
 * @throws LarderError `unknown-item`; `ambiguous-item` where several bundles have one of that name
 */
export async function withItems(
  context: CommandContext,
  use: (folios: FolioCache, item: ListedCacheItem) => Promise<void>,
): Promise<readonly { readonly directory: string; readonly url: string; readonly item: string }[]> {
  const caches = await folioCaches(context);
  const found: { readonly cache: CacheOnDisk; readonly item: ListedCacheItem }[] = [];
  for (const name of context.given.argumentsOf("item")) {
    const named: typeof found = [];
    for (const cache of caches) {
      const items = await withFolioCache(cache.directory, context, (folios) => itemsNamed(folios, name, context));
      named.push(...items.map((item) => ({ cache, item })));
    }
    if (named.length !== 1)
      throw notOne(
        name,
        named.map(({ item }) => item.url),
      );
    found.push(named[0]!);
  }
  for (const { cache, item } of found) {
    await withFolioCache(cache.directory, context, (folios) => use(folios, item));
  }
  return found.map(({ cache, item }) => ({ directory: cache.directory, url: item.url, item: item.name }));
}

function notOne(name: string, urls: readonly string[]): LarderError {
  return urls.length === 0
    ? new LarderError(`No item '${name}' is cached. 'larder cache list' shows what is.`, {
        code: "unknown-item",
        facts: { item: name },
      })
    : new LarderError(`Several bundles have an item '${name}': ${urls.join(", ")}. Say which with --bundle.`, {
        code: "ambiguous-item",
        facts: { item: name, urls },
      });
}
