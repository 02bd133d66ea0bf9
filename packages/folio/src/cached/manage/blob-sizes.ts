import type { BlobRecord } from "@larder/core";
import type { ContentId, FolioStore } from "../folio-store.js";
import type { StoreBackend } from "../store-parts.js";

/** The backend of a store: it lists its keys and has transactions, or there would be no store. */
export function backendOf(store: FolioStore): StoreBackend {
  return store.backend as StoreBackend;
}

/** The size in bytes of each content that is there. */
export async function contentSizes(store: FolioStore): Promise<Map<ContentId, number>> {
  const sizes = new Map<ContentId, number>();
  for await (const { content, sizeBytes } of store.contents()) sizes.set(content, sizeBytes);
  return sizes;
}

/** What a store has under a prefix, with keys and records. Counts as no use of it. */
export async function* blobSizes(
  store: FolioStore,
  prefix: string,
): AsyncGenerator<{ readonly key: string; readonly byteLength: number; readonly record: BlobRecord }> {
  const backend = backendOf(store);
  for await (const key of backend.keys({ prefix })) {
    const stored = await backend.getBlob(key, { countsAsUse: false });
    await stored?.close?.();
    if (stored) yield { key, byteLength: stored.record.byteLength, record: stored.record };
  }
}
