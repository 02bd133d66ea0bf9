import { createHash } from "node:crypto";
import type { CachedBundle, CachedItem, ContentId } from "../cached/folio-store.js";
import { isChecksum, isChecksumAlgorithm } from "../manifest/checksum-format.js";
import type { ChecksumAlgorithm, ItemKind } from "../manifest/manifest.js";

/**
 * What a cache has to hand on, as plain data. An archive and a shared directory have the same layout: `manifest.json`, which
 * holds this, and each content once as `blobs/<algorithm>/<first two digits>/<all digits>`.
 */
export interface ExportedCache {
  /** Ascending by url. */
  readonly bundles: readonly ExportedBundle[];
  /** Ascending by content; each once. */
  readonly contents: readonly ExportedContent[];
}

/** A bundle and those of its items whose contents are there. */
export interface ExportedBundle extends CachedBundle {
  /** Ascending by name. */
  readonly items: readonly ExportedItem[];
}

/** A row without what only says how one machine used it. */
export type ExportedItem = Omit<CachedItem, "accessCount" | "lastAccessed">;

/** Bytes, and how they are read. */
export interface ExportedContent {
  readonly content: ContentId;
  readonly kind: ItemKind;
  readonly sizeBytes: number;
}

/** Name of the list within a layout. */
export const exportedManifestName = "manifest.json";

/** The largest list that is read, in bytes. */
export const mostManifestBytes = 256 * 1024 ** 2;

/** Where a content lies in the layout, by parts joined with `/`. The id must be one, see {@link parsedContentId}. */
export function blobName(content: ContentId): string {
  const { algorithm, digits } = parsedContentId(content)!;
  return `blobs/${algorithm}/${digits.slice(0, 2)}/${digits}`;
}

/** The halves of a content id; `undefined` when it is none. */
export function parsedContentId(
  content: string,
): { readonly algorithm: ChecksumAlgorithm; readonly digits: string } | undefined {
  const at = content.indexOf(":");
  const algorithm = content.slice(0, Math.max(at, 0));
  const digits = content.slice(at + 1);
  return isChecksumAlgorithm(algorithm) && isChecksum(digits, algorithm) ? { algorithm, digits } : undefined;
}

/** What `manifestChecksum` is of: the bytes of a bundle's manifest. */
export function manifestDigest(manifestText: string): string {
  return createHash("sha256").update(manifestText).digest("hex");
}

/** Sorts what must not depend on the order in which a store lists it. */
export function byText<T>(text: (value: T) => string): (left: T, right: T) => number {
  return (left, right) => (text(left) < text(right) ? -1 : text(left) > text(right) ? 1 : 0);
}
