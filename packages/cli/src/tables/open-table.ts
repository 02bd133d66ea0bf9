import { stat } from "node:fs/promises";
import { resolve } from "node:path";
import { type BlobRecord, LarderError, type TableScan } from "@larder/core";
import type { Table } from "apache-arrow";
import type { CacheOnDisk } from "../caches/cache-on-disk.js";
import { findCaches } from "../caches/find-caches.js";
import { type OpenCache, withCache } from "../caches/open-cache.js";
import { entryType, storedEntries, storedEntry } from "../caches/stored-entries.js";
import type { CommandContext } from "../commands/command-context.js";

/** A table that is open. */
export interface OpenTable {
  /** Where it was found, for people. */
  readonly origin: string;
  readonly sizeBytes: number | undefined;
  scan(): TableScan<Table>;
}

/**
 * Finds what `<entry>` names, and reads of it: an item of a bundle with `--bundle`, a Parquet file, an entry by its key, the name of
 * a managed table, a node (`pipeline/node`, its newest result), or a cached item of any bundle.
 *
 * @throws LarderError `unknown-entry`, `not-a-table`, `ambiguous-entry`
 */
export async function withTable<Result>(
  context: CommandContext,
  use: (table: OpenTable) => Promise<Result>,
): Promise<Result> {
  const name = context.given.argument("entry")!;
  if (context.given.text("bundle") !== undefined) {
    const { withFolioTable } = await import("../folios/open-folio-table.js");
    return withFolioTable(context, context.given.text("bundle")!, name, use);
  }
  const file = resolve(context.surroundings.directory, name);
  if (await isFile(file)) return useFile(file, use);
  const caches = await findCaches(context);
  for (const found of caches) {
    if (found.type === "folio") continue;
    const used = await withCache(found, (open) => useEntry(found, open, name, use));
    if (used !== undefined) return used.result;
  }
  for (const found of caches.filter(({ type }) => type === "folio")) {
    const { withCachedItem } = await import("../folios/open-folio-table.js");
    const used = await withCachedItem(found, context, name, use);
    if (used !== undefined) return used.result;
  }
  const where = caches.map(({ directory }) => directory);
  throw new LarderError(
    `Nothing named '${name}' was found${where.length === 0 ? ": there is no cache" : ` in ${where.join(", ")}`}. 'larder cache list' shows what there is.`,
    { code: "unknown-entry", facts: { entry: name, directories: where } },
  );
}

async function isFile(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isFile(),
    () => false,
  );
}

/** Nobody vouches for a file that a person names: it is read by a process of its own. */
async function useFile<Result>(file: string, use: (table: OpenTable) => Promise<Result>): Promise<Result> {
  const { openParquetFile } = await import("@larder/store-parquet");
  const { size } = await stat(file);
  const table = await openParquetFile(file, { trust: "foreign", limits: { seconds: 300, megabytes: 2048 } });
  try {
    return await use({ origin: file, sizeBytes: size, scan: () => table.scan() });
  } finally {
    await table.close();
  }
}

async function useEntry<Result>(
  { directory }: CacheOnDisk,
  { cache }: OpenCache,
  name: string,
  use: (table: OpenTable) => Promise<Result>,
): Promise<{ readonly result: Result } | undefined> {
  const { itemKey } = await import("@larder/store-parquet");
  const keys = [name, ...(Buffer.byteLength(name) <= 1024 ? [itemKey(name)] : []), `node:${name}`];
  const found = await firstStored(cache, keys);
  const key = found?.key ?? (await newestOf(cache, name));
  const entry = key === undefined ? undefined : await cache.entry(key);
  if (entry === undefined) {
    if (key === undefined) return undefined;
    throw new LarderError(`'${name}' in ${directory} has expired or can't be read.`, {
      code: "unknown-entry",
      facts: { entry: name, directory },
    });
  }
  try {
    checkTable(name, entry.record);
    const { byteLength: sizeBytes } = entry.record;
    const table = entry.table();
    return {
      result: await use({ origin: `${directory}: ${key}`, sizeBytes, scan: () => table.scan() as TableScan<Table> }),
    };
  } finally {
    await entry.close();
  }
}

async function firstStored(cache: OpenCache["cache"], keys: readonly string[]) {
  for (const key of keys) {
    const found = await storedEntry(cache, key);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** The key of the newest result of a node. */
async function newestOf(cache: OpenCache["cache"], node: string): Promise<string | undefined> {
  let newest: { readonly key: string; readonly createdAt: number } | undefined;
  for await (const { key, record } of storedEntries(cache, { prefix: "node:" })) {
    if (record.origin !== node) continue;
    if (newest === undefined || record.createdAt > newest.createdAt) newest = { key, createdAt: record.createdAt };
  }
  return newest?.key;
}

function checkTable(name: string, record: BlobRecord): void {
  const type = entryType(record);
  if (type === "table") return;
  throw new LarderError(`'${name}' is no table, but a ${type}. 'larder cache status' shows what is known of it.`, {
    code: "not-a-table",
    facts: { entry: name, codec: record.codec },
  });
}
