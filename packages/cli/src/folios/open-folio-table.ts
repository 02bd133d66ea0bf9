import type { TableScan } from "@larder/core";
import { LarderError } from "@larder/core";
import type { Table } from "apache-arrow";
import type { CacheOnDisk } from "../caches/cache-on-disk.js";
import type { CommandContext } from "../commands/command-context.js";
import type { OpenTable } from "../tables/open-table.js";
import { itemsNamed } from "./cached-items.js";
import { withBundle } from "./open-bundle.js";
import { withFolioCache } from "./open-folios.js";

/** A table of a bundle; of one that is not cached, only what is read is downloaded. */
export async function withFolioTable<Result>(
  context: CommandContext,
  url: string,
  name: string,
  use: (table: OpenTable) => Promise<Result>,
): Promise<Result> {
  return withBundle(url, context, async (folio) => {
    const { sizeBytes } = await folio.describe(name);
    const table = await folio.table(name, { signal: context.signal });
    try {
      return await use({ origin: `${folio.url}: ${name}`, sizeBytes, scan: () => table.scan() as TableScan<Table> });
    } finally {
      await table.close();
    }
  });
}

/**
 * A cached item of any bundle, without asking the remote.
 *
 * @returns `undefined` where this cache has no item of that name
 * @throws LarderError `ambiguous-item`, `not-a-table`
 */
export async function withCachedItem<Result>(
  { directory }: CacheOnDisk,
  context: CommandContext,
  name: string,
  use: (table: OpenTable) => Promise<Result>,
): Promise<{ readonly result: Result } | undefined> {
  return withFolioCache(directory, context, async (folios) => {
    const items = (await itemsNamed(folios, name, context)).filter(({ cached }) => cached);
    const [item, another] = items;
    if (item === undefined) return undefined;
    if (another !== undefined) {
      const urls = items.map(({ url }) => url);
      throw new LarderError(
        `Several bundles have a cached item '${name}': ${urls.join(", ")}. Say which with --bundle.`,
        {
          code: "ambiguous-item",
          facts: { item: name, urls },
        },
      );
    }
    if (item.kind !== "table") {
      throw new LarderError(
        `'${name}' of ${item.url} is no table, but of kind ${item.kind}. 'larder get' writes its bytes.`,
        {
          code: "not-a-table",
          facts: { item: name, url: item.url, kind: item.kind },
        },
      );
    }
    const entry = await folios.store.content(item.content, "table");
    if (entry === undefined) return undefined;
    try {
      const { byteLength: sizeBytes } = entry.record;
      const table = entry.table();
      return {
        result: await use({
          origin: `${item.url}: ${name} (cached)`,
          sizeBytes,
          scan: () => table.scan() as TableScan<Table>,
        }),
      };
    } finally {
      await entry.close();
    }
  });
}
