import { randomBytes } from "node:crypto";
import { open, rename, rm } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGzip } from "node:zlib";
import { systemClock } from "@larder/core";
import type { ContentId, FolioStore } from "../cached/folio-store.js";
import type { FolioProgress, ProgressListener, Removed } from "../folio.js";
import { progressTeller } from "../reading/progress-teller.js";
import { blobName, type ExportedCache, exportedManifestName } from "../shared-directory/exported-layout.js";
import { gatherExport } from "../shared-directory/gather-export.js";
import { readContent, UnreadableContentError } from "../shared-directory/read-content.js";
import { serializeExported } from "../shared-directory/serialize-exported.js";
import { unusableArchive } from "./archive-errors.js";
import { endBytes, paddingOf, tarHeader } from "./tar-header.js";

/** How a cache is exported. */
export interface ExportCacheOptions {
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ProgressListener | undefined;
}

/** What was exported: items, and the bytes of their contents, each content counted once. */
export interface ExportReport extends Removed {
  /** Contents that could not be read, and so are not in it. */
  readonly damaged: readonly ContentId[];
}

/**
 * Writes what a store has of a bundle, or of all, into one `.tar.gz`: a list and each content once. Contents are streamed, and
 * compared with their checksums on the way; those that prove damaged are left out, with their items. The same cache gives the
 * same bytes. The file is there when it is complete, and replaces one of its name; it can be read by its owner only.
 *
 * @param url - address of the bundle; `undefined`: all
 * @throws LarderError `file-not-writable`; the reason of the signal; nothing is left then
 */
export async function exportCache(
  store: FolioStore,
  url: string | undefined,
  file: string,
  { signal, onProgress }: ExportCacheOptions = {},
): Promise<ExportReport> {
  const target = resolve(file);
  const damaged = new Set<ContentId>();
  const { tell, last } = progressTeller(onProgress, systemClock);
  let latest: FolioProgress | undefined;
  const progress = (now: FolioProgress): void => {
    latest = now;
    tell(now);
  };
  for (;;) {
    signal?.throwIfAborted();
    const urls = url === undefined ? undefined : [url];
    const exported = await gatherExport(store, { urls, without: damaged });
    const temporary = join(dirname(target), `.${basename(target)}.${randomBytes(6).toString("hex")}.part`);
    try {
      await writeArchive(store, exported, temporary, progress, signal);
      await rename(temporary, target);
      if (latest !== undefined) last(latest);
      return { ...amountOf(exported), damaged: [...damaged] };
    } catch (error) {
      await rm(temporary, { force: true });
      // The list comes first and has the content already: begin again without it.
      if (!(error instanceof UnreadableContentError))
        throw isOfFileSystem(error) ? unusableArchive(file, "written", error) : error;
      damaged.add(error.content);
    }
  }
}

function isOfFileSystem(error: unknown): boolean {
  return error instanceof Error && "syscall" in error;
}

/** Items, and the bytes of their contents. */
export function amountOf({ bundles, contents }: ExportedCache): Removed {
  return {
    items: bundles.reduce((sum, { items }) => sum + items.length, 0),
    bytes: contents.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
  };
}

async function writeArchive(
  store: FolioStore,
  exported: ExportedCache,
  path: string,
  progress: (now: FolioProgress) => void,
  signal: AbortSignal | undefined,
): Promise<void> {
  const handle = await open(path, "wx", 0o600);
  try {
    // Most contents are compressed already: the fastest level loses little.
    const gzip = createGzip({ level: 1, chunkSize: 256 * 1024 });
    const sink = async (chunks: AsyncIterable<Uint8Array>): Promise<void> => {
      for await (const chunk of chunks) await handle.writeFile(chunk);
    };
    const source = Readable.from(archiveBytes(store, exported, progress), { objectMode: false });
    await pipeline(source, gzip, sink, signal === undefined ? {} : { signal });
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function* archiveBytes(
  store: FolioStore,
  exported: ExportedCache,
  progress: (now: FolioProgress) => void,
): AsyncGenerator<Uint8Array> {
  const list = serializeExported(exported);
  yield tarHeader(exportedManifestName, list.byteLength);
  yield list;
  yield Buffer.alloc(paddingOf(list.byteLength));
  const of = exported.contents.length;
  let done = 0;
  for (const content of exported.contents) {
    const { sizeBytes } = content;
    let bytes = 0;
    yield tarHeader(blobName(content.content), sizeBytes);
    for await (const chunk of readContent(store, content)) {
      yield chunk;
      bytes += chunk.byteLength;
      progress({ item: content.content, bytes, totalBytes: sizeBytes, items: { done, of } });
    }
    yield Buffer.alloc(paddingOf(sizeBytes));
    done++;
    progress({ item: content.content, bytes, totalBytes: sizeBytes, items: { done, of } });
  }
  yield Buffer.alloc(endBytes);
}
