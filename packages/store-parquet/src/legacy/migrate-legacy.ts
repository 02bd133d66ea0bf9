import { valueDigest } from "@larder/core";
import type { Table } from "apache-arrow";
import type { LegacyItem, LegacyReader } from "./legacy-reader.js";
import type { MigratedItem, MigrationFailure, MigrationProgress, MigrationReport } from "./migration-report.js";
import type { MigrationTarget } from "./migration-target.js";
import { originalFiles } from "./original-files.js";

/** What to migrate, and how. */
export interface MigrateLegacyOptions {
  /** Asked one after the other; of two items of one name, the first goes. */
  readonly readers: readonly LegacyReader[];
  readonly target: MigrationTarget;
  readonly onProgress?: (progress: MigrationProgress) => void;
  /** Stops after the item at hand, which is verified to its end. */
  readonly signal?: AbortSignal;
  /** Reads every item, and stores nothing. Default `false`. */
  readonly dryRun?: boolean;
  /**
   * Removes original files, at the very end: each only when every item in it was verified in this run, none of them carries a
   * warning, and the file is as it was before it was read. Nothing is removed in a dry run, or after the signal. Default `false`.
   */
  readonly removeOriginals?: boolean;
}

interface ListedItem {
  readonly reader: LegacyReader;
  readonly item: LegacyItem;
}

/**
 * Brings the tables of older caches into a cache: each is read, stored, read back, and counted as migrated only when the copy has the value
 * digest of the original (every value, type, name and order; all NaN count as one). A copy that differs is discarded again. What is
 * stored already and equal is passed over, so a run that was stopped is simply run again; what is stored and different is left
 * alone, and reported: in a cache in use it is the newer one.
 *
 * One item that fails does not stop the others. Readers are not closed.
 */
export async function migrateLegacy(options: MigrateLegacyOptions): Promise<MigrationReport> {
  const { readers, signal, onProgress } = options;
  const failures: MigrationFailure[] = [];
  const listed = await listAll(readers, failures);
  const originals = originalFiles(listed.map(({ item }) => item));
  const results: MigratedItem[] = [];
  for (const { reader, item } of listed) {
    if (signal?.aborted) break;
    await originals.watch(item);
    const result = await migrated(reader, item, options);
    results.push(result);
    const { outcome, reason } = result;
    const { length: done } = results;
    const facts = { item: item.item, origin: item.origin, outcome, done, total: listed.length };
    onProgress?.({ ...facts, ...(reason !== undefined && { reason }) });
  }
  const stopped = signal?.aborted === true;
  const remove = options.removeOriginals === true && options.dryRun !== true && !stopped;
  const { removed, kept } = remove ? await originals.remove(results) : { removed: [], kept: [] };
  return { ...counts(results, failures), removed, kept, stopped };
}

async function listAll(readers: readonly LegacyReader[], failures: MigrationFailure[]): Promise<ListedItem[]> {
  const listed: ListedItem[] = [];
  for (const reader of readers) {
    try {
      for await (const item of reader.list()) listed.push({ reader, item });
    } catch (error) {
      failures.push({ item: "", origin: reader.name, reason: sentence(error) });
    }
  }
  return listed;
}

async function migrated(reader: LegacyReader, item: LegacyItem, options: MigrateLegacyOptions): Promise<MigratedItem> {
  try {
    return { item, ...(await outcomeOf(reader, item.item, options)) };
  } catch (error) {
    return { item, outcome: "failed", reason: sentence(error) };
  }
}

async function outcomeOf(
  reader: LegacyReader,
  item: string,
  { target, dryRun }: MigrateLegacyOptions,
): Promise<Omit<MigratedItem, "item">> {
  const table = await reader.read(item);
  if (table === undefined) return { outcome: "failed", reason: "It was gone when it was to be read." };
  const digest = valueDigest(table);
  const stored = await target.readStored(item);
  if (stored !== undefined) {
    if (digestOf(stored) === digest) return { outcome: "present" };
    const reason =
      "The cache holds another table under this name, perhaps a newer one. Delete it to have this one migrated.";
    return { outcome: "failed", reason };
  }
  if (dryRun === true) return { outcome: "pending" };
  return verified(item, table, digest, target);
}

async function verified(
  item: string,
  table: Table,
  digest: string,
  target: MigrationTarget,
): Promise<Omit<MigratedItem, "item">> {
  await target.write(item, table);
  let wrong: string;
  try {
    const copy = await target.readStored(item);
    if (copy !== undefined && digestOf(copy) === digest) return { outcome: "migrated" };
    wrong = copy === undefined ? "is not there" : "differs from it";
  } catch (error) {
    wrong = `can't be read (${sentence(error)})`;
  }
  await target.discard(item);
  return { outcome: "failed", reason: `The copy that was stored ${wrong}, and was discarded.` };
}

/** The digest of what is stored; what has none is equal to no table. */
function digestOf(value: unknown): string | undefined {
  try {
    return valueDigest(value);
  } catch {
    return undefined;
  }
}

function counts(
  results: readonly MigratedItem[],
  failures: readonly MigrationFailure[],
): Pick<MigrationReport, "migrated" | "present" | "pending" | "failed" | "bytes"> {
  const of = (outcome: MigratedItem["outcome"]): MigratedItem[] =>
    results.filter((result) => result.outcome === outcome);
  const failed = of("failed").map(({ item, reason = "" }) => ({ item: item.item, origin: item.origin, reason }));
  const migratedItems = of("migrated");
  return {
    migrated: migratedItems.length,
    present: of("present").length,
    pending: of("pending").length,
    failed: [...failures, ...failed],
    bytes: migratedItems.reduce((sum, { item }) => sum + (item.byteLength ?? 0), 0),
  };
}

function sentence(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
