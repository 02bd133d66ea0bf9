import { constants } from "node:fs";
import { type FileHandle, open, statfs } from "node:fs/promises";
import { LarderError, systemClock } from "@larder/core";
import type { ContentId, FolioStore } from "../cached/folio-store.js";
import { invalidSetting } from "../configuration/setting-errors.js";
import type { FolioProgress, ProgressListener, Removed } from "../folio.js";
import { progressTeller } from "../reading/progress-teller.js";
import type { ExportedCache } from "../shared-directory/exported-layout.js";
import { damagedArchive, unusableArchive } from "./archive-errors.js";
import { importRows, type Undo } from "./import-rows.js";
import { type StagedArchive, stageArchive } from "./stage-archive.js";
import { stagingDirectory } from "./staging-directory.js";

/** How an archive is imported. */
export interface ImportCacheOptions {
  /** Compare every content with its checksum. Default `true`; without it only the CRC of the archive guards it. */
  readonly verifyChecksums?: boolean | undefined;
  /** What all contents together may have, in bytes. Default: the size limit of the cache. */
  readonly maxBytes?: number | undefined;
  /** Bytes out for each byte of the archive, beyond 256 MiB. Default 200. */
  readonly maxRatio?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ProgressListener | undefined;
  /** Absolute milliseconds; default the system's. */
  readonly now?: (() => number) | undefined;
}

/**
 * Puts the bundles of an archive made by `exportCache` into a store: all of them, or nothing. Whoever made the archive vouches
 * for it: import only archives that you trust as you trust the remote.
 *
 * Reading is strict: only regular files with the names an export gives, in the order of the list that comes first, of the sizes
 * and checksums it says. Everything is read and verified in a fresh directory before the store changes. Rows that the store
 * has checked later than the archive stay as they are.
 *
 * @returns the items put, and their bytes
 * @throws LarderError `unsafe-archive`, `damaged-archive`: names the member; the store is as before. `cache-full`, `disk-full`, …:
 *   as the store; it has the items it had before. `file-not-readable`, `invalid-option`; the reason of the signal
 */
export async function importCache(store: FolioStore, file: string, options: ImportCacheOptions = {}): Promise<Removed> {
  const { verifyChecksums = true, maxRatio = 200, signal, onProgress, now = () => systemClock.now() } = options;
  checkAmount("maxBytes", options.maxBytes);
  checkAmount("maxRatio", maxRatio);
  const maxBytes = options.maxBytes ?? (await store.volume()).limitBytes;
  const { tell, last } = progressTeller(onProgress, systemClock);
  let latest: FolioProgress | undefined;
  const handle = await openArchive(file);
  try {
    const staging = await stagingDirectory(store.directory);
    try {
      const staged = await stageArchive(handle, file, staging.path, {
        verifyChecksums,
        maxBytes,
        maxRatio,
        signal,
        checkRoom: (exported) => checkRoom(store, staging.path, exported),
        onContent({ content, sizeBytes }, bytes) {
          latest = { item: content, bytes, totalBytes: sizeBytes };
          tell(latest);
        },
      });
      signal?.throwIfAborted();
      const imported = await takeIn(store, staged, now());
      if (latest !== undefined) last(latest);
      return imported;
    } finally {
      await staging.remove();
    }
  } finally {
    await handle.close();
  }
}

/** Contents first, rows when all are there. Until then no row names the contents, so nothing can be seen of them. */
async function takeIn(store: FolioStore, { exported, files }: StagedArchive, now: number): Promise<Removed> {
  const undo: Undo[] = [];
  const added: ContentId[] = [];
  try {
    for (const { content, kind, sizeBytes } of exported.contents) {
      if (await store.hasContent(content)) continue;
      undo.push(() => store.dropContent(content));
      added.push(content);
      await store.putContent(content, kind, { file: files.get(content)!, byteLength: sizeBytes });
    }
    const put = await importRows(store, exported, { now, undo });
    await dropUnnamed(store, exported, added, put);
    const sizes = new Map(exported.contents.map(({ content, sizeBytes }) => [content, sizeBytes]));
    const distinct = new Set(put);
    return { items: put.length, bytes: [...distinct].reduce((sum, content) => sum + sizes.get(content)!, 0) };
  } catch (error) {
    for (const step of undo.reverse()) await step().catch(() => {});
    throw error;
  }
}

/** Of the contents added, those whose rows the store knew better: nobody holds them. */
async function dropUnnamed(
  store: FolioStore,
  { bundles }: ExportedCache,
  added: readonly ContentId[],
  put: readonly ContentId[],
): Promise<void> {
  const unnamed = new Set(added);
  for (const content of put) unnamed.delete(content);
  if (unnamed.size === 0) return;
  for (const { url, items } of bundles) {
    for (const { name, content } of items) {
      if (unnamed.has(content) && (await store.item(url, name))?.content === content) unnamed.delete(content);
    }
  }
  for (const content of unnamed) await store.dropContent(content);
}

async function checkRoom(store: FolioStore, staging: string, { contents }: ExportedCache): Promise<void> {
  let newBytes = 0;
  for (const { content, sizeBytes } of contents) if (!(await store.hasContent(content))) newBytes += sizeBytes;
  const stagedBytes = contents.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  const { bavail, bsize } = await statfs(staging);
  if (stagedBytes > bavail * bsize) {
    throw new LarderError(
      `The archive has ${stagedBytes} bytes of contents, and its file system has only ${bavail * bsize} free. Free some, and import again.`,
      { code: "disk-full", facts: { neededBytes: stagedBytes, freeBytes: bavail * bsize } },
    );
  }
  if (newBytes > 0 && !(await store.hasRoomFor(newBytes))) {
    throw new LarderError(
      `The archive has ${newBytes} bytes that the cache has no room for. Raise its size limit (maxCacheSize), or unpin what is not needed.`,
      { code: "cache-full", facts: { neededBytes: newBytes } },
    );
  }
}

async function openArchive(file: string): Promise<FileHandle> {
  // A pipe would make the opening wait for ever.
  const handle = await open(file, constants.O_RDONLY | constants.O_NONBLOCK).catch((error: unknown) => {
    throw unusableArchive(file, "read", error);
  });
  const found = await handle.stat();
  if (found.isFile()) return handle;
  await handle.close();
  throw damagedArchive(file, undefined, "it is no regular file");
}

function checkAmount(name: string, value: number | undefined): void {
  if (value === undefined || (typeof value === "number" && value > 0)) return;
  throw invalidSetting({ source: "call", key: name }, value, "a number above 0");
}
