import type { Cache } from "@larder/core";
import { joinedKey } from "../cache/key-part.js";
import type { TableFingerprint } from "./schema-source.js";
import { tableText } from "./table-text.js";

/** The tables of a database as they were when it was last looked at. */
export interface Catalogue {
  readonly defaultSchema: string;
  /** Milliseconds since 1970. */
  readonly lookedAt: number;
  /** Fingerprints by `schema.name`. */
  readonly tables: ReadonlyMap<string, string>;
}

/** Tables that are not as they were. */
export interface CatalogueDifference {
  readonly changed: readonly string[];
  readonly added: readonly string[];
  readonly removed: readonly string[];
}

export function catalogueOf(tables: readonly TableFingerprint[], defaultSchema: string, lookedAt: number): Catalogue {
  return { defaultSchema, lookedAt, tables: new Map(tables.map((table) => [tableText(table), table.fingerprint])) };
}

export function differenceOf(before: Catalogue, now: Catalogue): CatalogueDifference {
  const changed: string[] = [];
  const added: string[] = [];
  for (const [table, fingerprint] of now.tables) {
    const known = before.tables.get(table);
    if (known === undefined) added.push(table);
    else if (known !== fingerprint) changed.push(table);
  }
  const removed = [...before.tables.keys()].filter((table) => !now.tables.has(table));
  return { changed: changed.sort(), added: added.sort(), removed: removed.sort() };
}

/** Where a cache keeps what its entries are in keeping with: `schema:catalogue:{profileHash}:{schemaMap}`. */
export function catalogueKey(profileHash: string, schemaMap: string): string {
  return joinedKey("schema:catalogue", { profileHash, schemaMap });
}

export async function readCatalogue(cache: Cache, key: string): Promise<Catalogue | undefined> {
  const found = await cache.get(key);
  return isCatalogue(found) ? found : undefined;
}

/** Never evicted for want of space: without it a cache does not know of which state its entries are. */
async function writeCatalogue(cache: Cache, key: string, catalogue: Catalogue, tags: readonly string[]): Promise<void> {
  await cache.set(key, catalogue, { tags, pinned: true, ttlSeconds: keptSeconds });
}

/** So long that no setting of a cache shortens it. */
const keptSeconds = 100 * 365 * 24 * 3600;

function isCatalogue(value: unknown): value is Catalogue {
  if (typeof value !== "object" || value === null) return false;
  const { defaultSchema, lookedAt, tables } = value as Partial<Catalogue>;
  return typeof defaultSchema === "string" && typeof lookedAt === "number" && tables instanceof Map;
}

/**
 * Brings a cache in keeping with a catalogue: evicts what carries the tag of a table that is not as it was, then notes the catalogue. Of a
 * cache that has none, everything goes that carries the tag of any table of this database.
 */
export async function bringUpToDate(
  cache: Cache,
  key: string,
  now: Catalogue,
  tags: { readonly catalogue: readonly string[]; readonly table: (table: string) => string; readonly prefix: string },
): Promise<void> {
  const before = await readCatalogue(cache, key);
  const gone: string[] = [];
  if (before === undefined) {
    for await (const { tag } of cache.tags()) if (tag.startsWith(tags.prefix)) gone.push(tag);
  } else {
    const { changed, added, removed } = differenceOf(before, now);
    gone.push(...[...changed, ...added, ...removed].map(tags.table));
    if (gone.length === 0 && before.lookedAt === now.lookedAt) return;
  }
  if (gone.length > 0) await cache.evict({ anyTags: gone });
  await writeCatalogue(cache, key, now, tags.catalogue);
}
