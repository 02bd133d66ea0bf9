import { LarderError } from "@larder/core";
import { type CachedItem, contentOf } from "../cached/folio-store.js";
import type { MissReason } from "../folio-events.js";
import type { ItemUse } from "./item-use.js";
import type { AgedManifest } from "./known-manifest.js";
import { damagedCopy } from "./read-errors.js";
import { keepsRows, type ReadingParts } from "./reading-parts.js";
import { asListed } from "./row-by-manifest.js";

/** What came of reading a local copy: a value, or why there is none. */
export type CopyOutcome<Result> = { readonly result: Result } | { readonly lost: MissReason };

/**
 * Reads a local copy. One that rotted is dropped, with a warning, and counts as lost.
 *
 * @throws CacheError `damaged-copy` when it rotted and the mode is strict
 */
export async function readCopy<Result>(
  parts: ReadingParts,
  row: CachedItem,
  use: ItemUse<Result>,
  { strict, downloaded }: { readonly strict: boolean; readonly downloaded: boolean },
): Promise<CopyOutcome<Result>> {
  const { store, background } = parts;
  // Looking for a file that is gone or cut makes the store forget it; who is strict wants to know that there was one.
  const hadFile = strict && (await background.tolerated(() => store.contentPath(row.content))) !== undefined;
  const entry = await background.tolerated(() => store.content(row.content, row.kind));
  if (entry === undefined) return hadFile ? dropDamaged(parts, row, strict) : { lost: "absent" };
  try {
    const vouched = row.remoteChecksum !== undefined;
    return { result: await use.fromEntry(entry, { kind: row.kind, vouched, row, downloaded }) };
  } catch (error) {
    await entry.close();
    if (!LarderError.isInstance(error, "damaged-blob")) throw error;
    return dropDamaged(parts, row, strict);
  }
}

/** Where the shared directory comes first, it is read in place of a copy of the same content. */
export async function preferredShared<Result>(
  { shared, settings }: ReadingParts,
  row: CachedItem,
  known: AgedManifest | undefined,
  use: ItemUse<Result>,
): Promise<{ readonly result: Result } | undefined> {
  if (shared === undefined || settings.sharedCachePriority !== "first") return undefined;
  const item = known?.read.manifest.items.get(row.name);
  if (item === undefined || contentOf(item) !== row.content) return undefined;
  const bytes = await shared.bytes(row.name, item);
  return bytes && { result: await use.fromBytes(bytes, { kind: item.kind, vouched: true }) };
}

/**
 * Drops a copy that rotted, with a warning.
 *
 * @throws CacheError `damaged-copy` when the mode is strict
 */
export async function dropDamaged(
  parts: ReadingParts,
  { name, content }: CachedItem,
  strict: boolean,
): Promise<{ readonly lost: MissReason }> {
  if (keepsRows(parts)) await parts.background.tolerated(() => parts.store.dropContent(content));
  const error = damagedCopy(parts.remote.url, name, content);
  parts.onEvent({ type: "warning", code: "damaged-copy", item: name, message: error.message, facts: error.facts });
  if (strict) throw error;
  return { lost: "damaged" };
}

/**
 * Counts an access. The base of the time to live moves to the latest check that found the copy right, and what the manifest
 * tells of the copy is kept.
 */
export async function touchCopy(
  { store, remote, clock, background }: ReadingParts,
  row: CachedItem,
  known: AgedManifest | undefined,
  objectIsSame: boolean,
): Promise<void> {
  const item = known?.read.manifest.items.get(row.name);
  const content = item && contentOf(item);
  const byManifest = content === row.content ? known!.checkedAt : Number.NEGATIVE_INFINITY;
  const at = objectIsSame ? clock.now() : byManifest;
  // Also back, where a clock was ahead: else the copy would be expired for as long.
  const moves = at > row.lastVerified || (Number.isFinite(at) && row.lastVerified > clock.now());
  const isVouchedNow = content === row.content && row.remoteChecksum === undefined;
  // What the manifest confirmed is remembered with it, too: there is time to write it for many items at once.
  store.touch(remote.url, row.name, moves && !objectIsSame ? { content: row.content, at } : undefined);
  const listed = asListed(row, known, clock);
  const { kind, file, updatedAt, updatedBy } = listed;
  const change = {
    lastVerified: moves ? at : row.lastVerified,
    ...(isVouchedNow && { remoteChecksum: content }),
    ...(listed !== row && { kind, file, updatedAt, updatedBy }),
  };
  const write = () => store.changeItem(remote.url, row.name, change);
  // Of the object, only the row remembers.
  if (moves && objectIsSame) await background.tolerated(write);
  else if (isVouchedNow || listed !== row) background.run(write);
}
