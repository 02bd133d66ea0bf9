import { createHash } from "node:crypto";
import type { ChecksumAlgorithm, ItemKind, ManifestItem } from "../../src/manifest/manifest.js";
import { serializeManifest } from "../../src/manifest/serialize-manifest.js";

/** What a bundle is published to: a server of the tests. */
export interface Shelf {
  put(path: string, content: Uint8Array | string): unknown;
  remove(path: string): unknown;
}

/** A bundle whose manifest and objects are written by hand, as another writer would. */
export interface PublishedBundle {
  readonly items: Map<string, ManifestItem>;
  /** Publishes an item, in place of what there was; the former object goes last. */
  put(name: string, bytes: Uint8Array, facts?: PublishedFacts): ManifestItem;
  remove(name: string): void;
  /** Writes the manifest as it is now. */
  writeManifest(): void;
}

export interface PublishedFacts extends Partial<ManifestItem> {
  readonly algorithm?: ChecksumAlgorithm | "none";
  readonly kind?: ItemKind;
}

export function publishedBundle(shelf: Shelf): PublishedBundle {
  const items = new Map<string, ManifestItem>();
  const writeManifest = () => {
    const manifest = serializeManifest({ formatVersion: 1, updatedAt: "2026-01-01T00:00:00.000Z", items });
    shelf.put("items.json", manifest);
  };
  return {
    items,
    writeManifest,
    put(name, bytes, { algorithm = "sha256", ...facts } = {}) {
      const checksum = createHash(algorithm === "none" ? "sha256" : algorithm)
        .update(bytes)
        .digest("hex");
      const item: ManifestItem = {
        kind: "binary",
        file: `items/${name}.${checksum.slice(0, 12)}.bin`,
        ...(algorithm !== "none" && { sizeBytes: bytes.byteLength, checksum, checksumAlgorithm: algorithm }),
        updatedAt: "2026-01-01T00:00:00.000Z",
        updatedBy: "maria@lab",
        ...facts,
      };
      const before = items.get(name);
      shelf.put(item.file!, bytes);
      items.set(name, item);
      writeManifest();
      if (before?.file !== undefined && before.file !== item.file) shelf.remove(before.file);
      return item;
    },
    remove(name) {
      const { file } = items.get(name)!;
      items.delete(name);
      writeManifest();
      shelf.remove(file!);
    },
  };
}

/** Bytes that differ everywhere, the same for the same seed. */
export function sampleBytes(length: number, seed = 1): Uint8Array {
  const bytes = new Uint8Array(length);
  let state = seed * 2_654_435_761 || 1;
  for (let i = 0; i < length; i++) {
    // xorshift32, G. Marsaglia 2003.
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    bytes[i] = state;
  }
  return bytes;
}
