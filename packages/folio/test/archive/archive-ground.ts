import { createHash } from "node:crypto";
import { lstatSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { MemoryCache } from "@larder/core";
import type { FolioStore } from "../../src/cached/folio-store.js";
import { openFolioStore } from "../../src/cached/open-folio-store.js";
import type { ItemKind } from "../../src/manifest/manifest.js";

export const bundleUrl = "https://data.example.org/experiment-7";

export function sha256(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

/** An item to be put into a store. */
export interface SampleItem {
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly kind?: ItemKind;
  readonly lastVerified?: number;
}

/** A store in memory. */
export function memoryStore(): Promise<FolioStore> {
  return openFolioStore({ backend: new MemoryCache() });
}

/** Puts a bundle with its manifest and items into a store, as a reader of it would. */
export async function putBundle(store: FolioStore, items: readonly SampleItem[], url = bundleUrl): Promise<void> {
  const entries = items.map(({ name, bytes, kind = "file" }) => [
    name,
    { kind, file: `items/${name}`, sizeBytes: bytes.byteLength, checksum: sha256(bytes), checksumAlgorithm: "sha256" },
  ]);
  const manifestText = JSON.stringify({ formatVersion: 1, items: Object.fromEntries(entries) });
  await store.putBundle({
    url,
    manifestText,
    manifestVersion: '"v1"',
    manifestChecksum: sha256(Buffer.from(manifestText)),
    lastManifestCheck: 1_000_000,
  });
  for (const { name, bytes, kind = "file", lastVerified = 1_000_000 } of items) {
    const content = `sha256:${sha256(bytes)}`;
    await store.putContent(content, kind, { bytes });
    await store.putItem(url, {
      name,
      kind,
      file: `items/${name}`,
      sizeBytes: bytes.byteLength,
      content,
      remoteChecksum: content,
      remoteVersion: '"e1"',
      updatedAt: "2026-01-01T00:00:00.000Z",
      updatedBy: "maria@lab",
      cachedAt: 900_000,
      lastVerified,
      pinned: name === "pinned",
      priority: name === "pinned" ? 7 : 0,
    });
  }
}

/** Everything a store has: rows, and the bytes of contents as a digest. */
export async function listing(store: FolioStore): Promise<unknown> {
  const bundles = [];
  for await (const bundle of store.bundles()) {
    const items = [];
    for await (const item of store.items(bundle.url)) items.push(item);
    bundles.push({ ...bundle, items });
  }
  const contents: Record<string, string> = {};
  for await (const { content } of store.contents()) {
    const entry = await store.content(content);
    if (entry === undefined) continue;
    contents[content] = sha256(await entry.source.slice(0));
    await entry.close();
  }
  return { bundles: bundles.sort((one, other) => (one.url < other.url ? -1 : 1)), contents };
}

/** The bytes of an item as the store has them. */
export async function itemBytes(store: FolioStore, name: string, url = bundleUrl): Promise<Uint8Array | undefined> {
  const row = await store.item(url, name);
  const entry = row && (await store.content(row.content));
  if (entry === undefined) return undefined;
  try {
    return new Uint8Array(await entry.source.slice(0));
  } finally {
    await entry.close();
  }
}

/** A folder for one test file: a cache in `cache`, and something around it that must not change. */
export interface Ground {
  readonly folder: string;
  readonly cache: string;
  /** All files and folders besides the cache's own index and contents, with the digests of files. */
  tree(): Record<string, string>;
  remove(): void;
}

export function ground(): Ground {
  const folder = mkdtempSync(join(tmpdir(), "larder-archive-"));
  const cache = join(folder, "around", "cache");
  mkdirSync(cache, { recursive: true, mode: 0o700 });
  writeFileSync(join(folder, "around", "evil"), "as it was");
  return {
    folder,
    cache,
    tree() {
      const found: Record<string, string> = {};
      const walk = (path: string): void => {
        for (const name of readdirSync(path).sort()) {
          const inner = join(path, name);
          const key = relative(folder, inner);
          if (inner === join(cache, "store")) continue;
          const isFolder = lstatSync(inner).isDirectory();
          found[key] = isFolder ? "folder" : sha256(readFileSync(inner));
          if (isFolder) walk(inner);
        }
      };
      walk(folder);
      return found;
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}
