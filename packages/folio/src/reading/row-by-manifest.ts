import type { Clock } from "@larder/core";
import { type CachedItem, contentOf } from "../cached/folio-store.js";
import type { ManifestItem } from "../manifest/manifest.js";
import type { AgedManifest } from "./known-manifest.js";

/**
 * Whether a copy was confirmed by a later manifest than this one: another process has seen what this one has not. A time that is
 * still to come, from before a clock was set back, proves nothing.
 */
export function isNewer({ lastVerified }: CachedItem, { checkedAt }: AgedManifest, clock: Clock): boolean {
  return lastVerified > checkedAt && lastVerified <= clock.now();
}

/** What the manifest tells of a copy whose bytes are what it names: the same bytes may have become an item of another kind. */
export function asListed(row: CachedItem, known: AgedManifest | undefined, clock: Clock): CachedItem {
  const item = known?.read.manifest.items.get(row.name);
  if (item === undefined || isNewer(row, known!, clock)) return row;
  const content = contentOf(item);
  if (content === undefined ? placeOf(item) !== row.file : content !== row.content) return row;
  if (item.kind === row.kind && placeOf(item) === row.file && sameChange(item, row)) return row;
  return { ...row, kind: item.kind, file: placeOf(item), updatedAt: item.updatedAt, updatedBy: item.updatedBy };
}

function placeOf({ file, reference }: ManifestItem): string | undefined {
  return file ?? reference;
}

function sameChange(item: ManifestItem, row: CachedItem): boolean {
  return item.updatedAt === row.updatedAt && item.updatedBy === row.updatedBy;
}
