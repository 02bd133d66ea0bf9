import type { BlobRecord, Cache, KeyRange } from "@larder/core";

/** An entry as its record tells of it; its value is not read. */
export interface StoredEntry {
  readonly key: string;
  readonly record: BlobRecord;
}

/** The entries in a range, in the order of their keys; expired ones too, and those of codecs that are not known here. */
export async function* storedEntries(cache: Cache, range: KeyRange = {}): AsyncGenerator<StoredEntry, void> {
  for await (const key of cache.keys(range)) {
    const found = await storedEntry(cache, key);
    if (found !== undefined) yield found;
  }
}

/** The entry under a key. */
export async function storedEntry(cache: Cache, key: string): Promise<StoredEntry | undefined> {
  const stored = await cache.backend.getBlob(key);
  if (stored === undefined) return undefined;
  await stored.close?.();
  return { key, record: stored.record };
}

/** What an entry is, in a word: `table`, `reference`, `bytes`, `value`, or the name of a codec of somebody's own. */
export function entryType({ codec }: BlobRecord): string {
  const [, name] = /^larder\.([a-z-]+)/.exec(codec) ?? [];
  if (name === undefined) return codec;
  return entryTypes[name] ?? name;
}

const entryTypes: Readonly<Record<string, string>> = { parquet: "table", structured: "value", json: "value" };

/** How a command's JSON tells of an entry. */
export interface EntryJson {
  readonly key: string;
  readonly type: string;
  readonly codec: string;
  readonly sizeBytes: number;
  readonly rows: number | null;
  readonly createdAt: string;
  readonly expiresAt: string | null;
  readonly pinned: boolean;
  readonly tags: readonly string[];
  readonly origin: string | null;
  readonly costSeconds: number | null;
  readonly checksum: string;
}

export function entryJson({ key, record }: StoredEntry): EntryJson {
  const { details, expiresAt } = record;
  return {
    key,
    type: entryType(record),
    codec: record.codec,
    sizeBytes: record.byteLength,
    rows: typeof details?.rows === "number" ? details.rows : null,
    createdAt: new Date(record.createdAt).toISOString(),
    expiresAt: expiresAt === undefined ? null : new Date(expiresAt).toISOString(),
    pinned: record.pinned === true,
    tags: record.tags ?? [],
    origin: record.origin ?? null,
    costSeconds: record.costSeconds ?? null,
    checksum: record.checksum,
  };
}
