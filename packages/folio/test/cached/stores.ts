import { createHash } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Clock, MemoryCache } from "@larder/core";
import { afterEach } from "vitest";
import type { FolioStore, ItemToPut } from "../../src/cached/folio-store.js";
import { type FolioStoreOptions, openFolioStore } from "../../src/cached/open-folio-store.js";

const toClose = new Set<FolioStore>();
const folders = new Set<string>();

afterEach(async () => {
  for (const store of toClose) await store.close().catch(() => undefined);
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
  toClose.clear();
  folders.clear();
});

/** A folder of its own, which is removed after the test. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "larder-folio-store-"));
  folders.add(folder);
  return folder;
}

/** A store that is closed after the test; in a new folder, unless told otherwise. */
export async function openStore(options: Partial<FolioStoreOptions> = {}): Promise<FolioStore> {
  const where = options.backend === undefined ? { directory: options.directory ?? temporaryFolder() } : {};
  const store = await openFolioStore({ freeDiskFloorBytes: 0, ...options, ...where });
  toClose.add(store);
  return store;
}

/** On disk and in memory. */
export const kindsOfStore: readonly (readonly [
  string,
  (options?: Partial<FolioStoreOptions>) => Promise<FolioStore>,
])[] = [
  ["in a directory", (options) => openStore(options)],
  ["in memory", (options) => openStore({ ...options, backend: new MemoryCache() })],
];

export interface MovedClock extends Clock {
  advance(seconds: number): void;
}

/** A clock that stands until it is moved. */
export function movedClock(start = 1_795_000_000_000): MovedClock {
  let now = start;
  return {
    now: () => now,
    monotonic: () => now,
    advance(seconds) {
      now += seconds * 1000;
    },
  };
}

export const url = "s3://bucket/flights";

export function contentIdOf(bytes: Uint8Array | string, algorithm = "sha256"): string {
  return `${algorithm}:${createHash(algorithm).update(bytes).digest("hex")}`;
}

/** A row of an item with this content. */
export function rowOf(name: string, bytes: Uint8Array | string, more: Partial<ItemToPut> = {}): ItemToPut {
  const content = contentIdOf(bytes);
  return {
    name,
    kind: "text",
    file: `items/${name}.txt`,
    sizeBytes: Buffer.byteLength(bytes),
    remoteChecksum: content,
    content,
    remoteVersion: '"v1"',
    updatedAt: "2026-11-27T10:00:00.000Z",
    updatedBy: "maria@host",
    cachedAt: 1_000,
    lastVerified: 2_000,
    ...more,
  };
}

/** Stores an item with its content. */
export async function putText(
  store: FolioStore,
  name: string,
  text: string,
  more: Partial<ItemToPut> & { readonly url?: string } = {},
): Promise<string> {
  const { url: address = url, ...row } = more;
  const content = contentIdOf(text);
  await store.putContent(content, row.kind ?? "text", { bytes: Buffer.from(text) });
  await store.putItem(address, rowOf(name, text, row));
  return content;
}

/** The text of a content, read and closed; `undefined` when it is not there. */
export async function textOf(store: FolioStore, content: string): Promise<string | undefined> {
  const entry = await store.content(content);
  if (entry === undefined) return undefined;
  try {
    return Buffer.from(await entry.source.slice(0)).toString();
  } finally {
    await entry.close();
  }
}

export async function all<Value>(values: AsyncIterable<Value>): Promise<Value[]> {
  const list: Value[] = [];
  for await (const value of values) list.push(value);
  return list;
}
