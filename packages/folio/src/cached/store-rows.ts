import {
  type BlobInView,
  checksumOf,
  decodeStructured,
  encodeStructured,
  type TransactionView,
  type Xxhash,
} from "@larder/core";
import type { ItemKind } from "../manifest/manifest.js";
import { itemKinds } from "../manifest/parse-item.js";
import type { BundleCounts, CachedBundle, CachedItem } from "./folio-store.js";

/** A row as a blob: pinned, and without the fields that are `undefined`. */
export function rowBlob(row: object, now: number, xxhash: Xxhash): BlobInView {
  const known: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(row)) if (value !== undefined) known[name] = value;
  const bytes = encodeStructured(known);
  const { byteLength } = bytes;
  const record = { codec: rowCodec, byteLength, checksum: checksumOf(bytes, xxhash), createdAt: now, pinned: true };
  return { record, bytes };
}

const rowCodec = "larder.structured.1";

/** What stands in a row, within a transaction; `undefined` when there is none, or it is damaged. */
export function rowInView(view: TransactionView, key: string): unknown {
  const blob = view.get(key);
  if (blob?.record.codec !== rowCodec) return undefined;
  try {
    return decodeStructured(blob.bytes);
  } catch {
    return undefined;
  }
}

const kinds: ReadonlySet<unknown> = new Set(itemKinds);

/** Whether this is a kind of items. */
export function isItemKind(value: unknown): value is ItemKind {
  return kinds.has(value);
}

/** An item's row; `undefined` when the value is none. */
export function readItemRow(value: unknown): CachedItem | undefined {
  if (!isObject(value)) return undefined;
  const { name, kind, content, sizeBytes, cachedAt, lastVerified, lastAccessed, accessCount, priority } = value;
  if (typeof name !== "string" || typeof content !== "string" || !isItemKind(kind)) return undefined;
  if (!isNumber(sizeBytes) || !isNumber(cachedAt) || !isNumber(lastVerified)) return undefined;
  return {
    name,
    kind,
    content,
    sizeBytes,
    cachedAt,
    lastVerified,
    file: text(value.file),
    remoteChecksum: text(value.remoteChecksum),
    remoteVersion: text(value.remoteVersion),
    updatedAt: text(value.updatedAt),
    updatedBy: text(value.updatedBy),
    accessCount: isNumber(accessCount) ? accessCount : 0,
    lastAccessed: isNumber(lastAccessed) ? lastAccessed : cachedAt,
    pinned: value.pinned === true,
    priority: isNumber(priority) ? priority : 0,
  };
}

/** A bundle's row; `undefined` when the value is none. */
export function readBundleRow(value: unknown): CachedBundle | undefined {
  if (!isObject(value) || typeof value.url !== "string") return undefined;
  return {
    url: value.url,
    manifestText: text(value.manifestText),
    manifestVersion: text(value.manifestVersion),
    manifestChecksum: text(value.manifestChecksum),
    lastManifestCheck: isNumber(value.lastManifestCheck) ? value.lastManifestCheck : undefined,
  };
}

/** No counts yet. */
export const noCounts: BundleCounts = Object.freeze({
  hits: 0,
  misses: 0,
  staleHits: 0,
  remoteChecks: 0,
  downloads: 0,
  downloadedBytes: 0,
});

/** The counts of a bundle; those that are missing are 0. */
export function readCountsRow(value: unknown): BundleCounts {
  return isObject(value) ? addedCounts(noCounts, value as Partial<BundleCounts>) : noCounts;
}

/** The sum of counts. */
export function addedCounts(counts: BundleCounts, more: Partial<BundleCounts>): BundleCounts {
  const sum = (name: keyof BundleCounts) => counts[name] + (isNumber(more[name]) ? more[name] : 0);
  return {
    hits: sum("hits"),
    misses: sum("misses"),
    staleHits: sum("staleHits"),
    remoteChecks: sum("remoteChecks"),
    downloads: sum("downloads"),
    downloadedBytes: sum("downloadedBytes"),
  };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}

function isNumber(value: unknown): value is number {
  return Number.isFinite(value);
}

function text(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}
