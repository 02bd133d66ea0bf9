import { contentDigest, type TransactionView } from "@larder/core";
import { codecOfKind } from "./content-entry.js";
import { relink } from "./content-links.js";
import type { ContentToPut, ItemToPut } from "./folio-store.js";
import { contentKey, linksOf } from "./store-keys.js";
import type { StoreParts } from "./store-parts.js";

/**
 * Contents of up to this size, in bytes, stand in the index with their row, and are written with it, at a tenth of the cost of
 * a file. The journal brings back files only: when the index is lost, these are gone with their rows, pins and priorities, and
 * are downloaded anew when they are asked for.
 */
export const smallContentBytes = 4096;

/** Whether a content is written with its row. */
export function isSmallContent(from: ContentToPut): from is { readonly bytes: Uint8Array } {
  return "bytes" in from && from.bytes.byteLength <= smallContentBytes;
}

/** Stores a small content; its item is to be linked to it next. Within a transaction. */
export function putSmallContent(
  view: TransactionView,
  { content, kind }: Pick<ItemToPut, "content" | "kind">,
  bytes: Uint8Array,
  { clock, tables }: Pick<StoreParts, "clock" | "tables">,
): void {
  const checksum = `blake3:${contentDigest(bytes)}`;
  const record = { codec: codecOfKind(kind, tables), byteLength: bytes.byteLength, checksum, createdAt: clock.now() };
  view.set(contentKey(content), { record, bytes });
  // Pins and priorities of items that had it before it was evicted hold on.
  const [linked] = view.keys({ prefix: linksOf(content), limit: 1 });
  if (linked !== undefined) relink(view, content);
}
