import { type CacheEntry, LarderError, valueDigest } from "@larder/core";
import type { Table } from "apache-arrow";
import { itemKey } from "../item-key.js";
import type { LegacyReader } from "../legacy/legacy-reader.js";
import type { ManagedTable } from "./managed-table.js";
import type { ManagerParts } from "./manager-parts.js";
import { noticeDamage } from "./notice-damage.js";
import { openInMemory, openReference, openStored } from "./open-item.js";
import { isRemoteReference, type RemoteReference } from "./remote-reference.js";
import { writeItem } from "./write-item.js";

/** See `CacheManager.get`. */
export async function getItem(parts: ManagerParts, item: string): Promise<ManagedTable | undefined> {
  const stored = await openFound(parts, item, await parts.cache.entry(itemKey(item)));
  if (stored !== undefined) {
    parts.counts.count("hits");
    return stored;
  }
  for (const reader of parts.legacy) {
    const table = await readLegacy(parts, item, reader);
    if (table === undefined) continue;
    parts.counts.count("legacyHits");
    parts.tell({ type: "legacy-hit", item, reader: reader.name });
    const migrated = parts.migrateOnRead ? await migrate(parts, item, table, reader) : undefined;
    return migrated ?? openInMemory(item, table, { kind: "table", from: "legacy" });
  }
  parts.counts.count("misses");
  return undefined;
}

async function openFound(
  parts: ManagerParts,
  item: string,
  entry: CacheEntry | undefined,
): Promise<ManagedTable | undefined> {
  if (entry === undefined) return undefined;
  try {
    return openStored(parts, item, entry);
  } catch (error) {
    if (!LarderError.isInstance(error, "not-a-table")) {
      await entry.close();
      throw error;
    }
  }
  const { record } = entry;
  const reference = await referenceOf(parts, item, entry);
  return reference && openReference(parts, item, record, reference);
}

/** The reference that an entry is; `undefined`, with a warning, when it is none. Closes the entry. */
async function referenceOf(parts: ManagerParts, item: string, entry: CacheEntry): Promise<RemoteReference | undefined> {
  try {
    const value = await entry.value();
    if (isRemoteReference(value)) return value;
    const message = `What is stored under the name '${item}' is no table and no reference to one, but of the codec '${entry.record.codec}'. It counts as a miss.`;
    parts.tell({ type: "warning", code: "not-a-table", item, message });
  } catch (error) {
    if (!LarderError.isInstance(error, "damaged-blob")) throw error;
    await noticeDamage(parts, item, entry.record, error.message, error);
  } finally {
    await entry.close();
  }
  return undefined;
}

async function readLegacy({ tell }: ManagerParts, item: string, reader: LegacyReader): Promise<Table | undefined> {
  try {
    return await reader.read(item);
  } catch (cause) {
    const message = `The legacy reader '${reader.name}' could not read '${item}': ${said(cause)}`;
    tell({ type: "warning", code: "legacy-unreadable", item, message, cause });
    return undefined;
  }
}

/** Stores a legacy table, and compares what is stored with it. `undefined`, with a warning, when that was not to be had. */
async function migrate(
  parts: ManagerParts,
  item: string,
  table: Table,
  reader: LegacyReader,
): Promise<ManagedTable | undefined> {
  const { cache, counts, tell } = parts;
  const failed = (why: string, cause?: unknown) => {
    const message = `The table '${item}' of the legacy reader '${reader.name}' was not migrated: ${why}`;
    tell({ type: "warning", code: "migration-failed", item, message, cause });
    return undefined;
  };
  try {
    const outcome = await writeItem(parts, item, table, { origin: `migrated by ${reader.name}` });
    if (!outcome.stored) return failed(outcome.reason);
    const copy = await openFound(parts, item, await cache.entry(itemKey(item)));
    if (copy === undefined) return failed("it could not be read again.");
    if (valueDigest(await copy.toArrow()) !== valueDigest(table)) {
      await copy.close();
      await cache.delete(itemKey(item));
      return failed("what was stored differs from the original, and was deleted.");
    }
    counts.count("migrated");
    tell({ type: "migrated", item, reader: reader.name, record: outcome.record });
    return copy;
  } catch (error) {
    return failed(said(error), error);
  }
}

function said(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
