import { rm } from "node:fs/promises";
import { type BlobLook, type BlobRecord, type BlobToStore, contentDigest, fileDigest, LarderError } from "@larder/core";
import { codecOfKind, openContent } from "./content-entry.js";
import { relink } from "./content-links.js";
import type { ContentId, ContentToPut, FolioStore } from "./folio-store.js";
import {
  bundleId,
  contentKey,
  contentOfKey,
  contentPrefix,
  linksOf,
  partKey,
  tagOfBundle,
  tagOfParts,
} from "./store-keys.js";
import { hasTags, type StoreParts } from "./store-parts.js";

type ContentMethods = Pick<
  FolioStore,
  | "hasContent"
  | "content"
  | "contents"
  | "putContent"
  | "dropContent"
  | "contentPath"
  | "part"
  | "putPart"
  | "dropParts"
>;

/** Who only wants to know what is there must not make it look used: eviction goes by that. */
const inspection: BlobLook = { countsAsUse: false };

/** Contents and parts of a store. */
export function storeContents(parts: StoreParts): ContentMethods {
  const { backend, contents, clock, tables, evictions } = parts;

  /** Pins and priorities of items that had it before it was evicted hold on. */
  async function rejoin(content: ContentId): Promise<void> {
    for await (const _ of backend.keys({ prefix: linksOf(content), limit: 1 })) {
      await backend.transaction((view) => relink(view, content));
    }
  }

  async function dropParts(content: string): Promise<void> {
    if (hasTags(backend)) await backend.deleteTagged({ allTags: [tagOfParts(content)] });
  }

  return {
    async hasContent(content) {
      const stored = await backend.getBlob(contentKey(content), inspection);
      await stored?.close?.();
      return stored !== undefined && stored !== null;
    },
    content: (content, kind, look) => openContent(backend, content, { tables, kind, look }),
    async *contents() {
      for await (const key of backend.keys({ prefix: contentPrefix })) {
        const stored = await backend.getBlob(key, inspection);
        await stored?.close?.();
        if (stored) yield { content: contentOfKey(key), sizeBytes: stored.record.byteLength };
      }
    },
    async putContent(content, kind, from) {
      const blob = await blobToStore(from, { codec: codecOfKind(kind, tables), createdAt: clock.now() });
      // A file is on this disk already.
      const more = "bytes" in from ? from.bytes.byteLength : 0;
      if (!(await evictions.leavesFloor(more))) throw noRoom(content, blob.record);
      await evictions.making(blob.record.byteLength, async () => {
        await contents.setBlob(contentKey(content), blob);
        // A backend may move it, and need not.
        if ("file" in from) await rm(from.file, { force: true });
        await rejoin(content);
      });
      return blob.record;
    },
    async dropContent(content) {
      await backend.deleteBlob(contentKey(content));
    },
    contentPath: (content) => parts.pathOf(contentKey(content)),
    async part(key) {
      const stored = await backend.getBlob(partKey(key));
      if (stored === undefined || stored === null) return undefined;
      try {
        return await stored.source.slice(0);
      } catch (error) {
        if (LarderError.isInstance(error, "damaged-blob")) return undefined;
        throw error;
      } finally {
        await stored.close?.();
      }
    },
    async putPart(key, bytes, { content, url }) {
      const blob = await blobToStore({ bytes }, { codec: "larder.bytes.1", createdAt: clock.now() });
      const tags = [tagOfParts(content), ...(url === undefined ? [] : [tagOfBundle(bundleId(url))])];
      const record = { ...blob.record, tags };
      await evictions.making(bytes.byteLength, () => backend.setBlob(partKey(key), { ...blob, record }));
    },
    dropParts,
  };

  async function blobToStore(
    from: ContentToPut,
    record: Pick<BlobRecord, "codec" | "createdAt">,
  ): Promise<BlobToStore> {
    // Always the digest that names the file, so that its path can be told.
    if ("bytes" in from) {
      const { bytes } = from;
      const checksum = `blake3:${contentDigest(bytes)}`;
      return { record: { ...record, byteLength: bytes.byteLength, checksum }, bytes };
    }
    const { file, byteLength, digests } = from;
    const checksum = `blake3:${digests?.blake3 ?? (await fileDigest(file))}`;
    return {
      record: { ...record, byteLength, checksum },
      file,
      ...(digests !== undefined && { chunkDigests: digests.chunkDigests }),
    };
  }

  function noRoom(content: ContentId, { byteLength }: BlobRecord): LarderError {
    return new LarderError(
      `The content ${content} of ${byteLength} bytes was not cached: the disk of ${parts.directory ?? "the cache"} has too little free space. Free some, or give the cache a smaller limit.`,
      { code: "disk-full", facts: { content, byteLength, freeDiskFloorBytes: parts.freeDiskFloorBytes } },
    );
  }
}
