import { randomBytes } from "node:crypto";
import { chmod, mkdir, open, rename, rm } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { LarderError, systemClock } from "@larder/core";
import type { ContentId, FolioStore } from "../cached/folio-store.js";
import type { ProgressListener, Removed } from "../folio.js";
import { progressTeller } from "../reading/progress-teller.js";
import { blobName, type ExportedContent, exportedManifestName } from "./exported-layout.js";
import { gatherExport } from "./gather-export.js";
import { openSharedDirectory } from "./open-shared-directory.js";
import { readContent, UnreadableContentError } from "./read-content.js";
import { serializeExported } from "./serialize-exported.js";

/** How a shared directory is written. */
export interface ExportSharedOptions {
  /** Addresses of bundles; default: all. */
  readonly urls?: readonly string[] | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ProgressListener | undefined;
}

/** What a shared directory has now: items, and the bytes of their contents, each content counted once. */
export interface SharedExportReport extends Removed {
  /** Contents written now; the others were there. */
  readonly written: number;
  /** Contents that could not be read, and so are not in it. */
  readonly damaged: readonly ContentId[];
}

/**
 * Writes what a store has as a folder that others use read-only: `manifest.json`, and each content once as
 * `blobs/<algorithm>/<first two digits>/<all digits>`. Every file is complete before it has its name, the list comes last, and
 * what is there and right is not written again. Files are readable by everybody: it is made to be shared. What an earlier
 * export left there stays, for others may be reading it.
 *
 * @throws LarderError `not-a-shared-directory` when the folder holds a list that is none; the reason of the signal; the error
 *   of the file system
 */
export async function exportSharedDirectory(
  store: FolioStore,
  folder: string,
  { urls, signal, onProgress }: ExportSharedOptions = {},
): Promise<SharedExportReport> {
  const target = resolve(folder);
  await mkdir(target, { recursive: true, mode: 0o755 });
  const shared = openSharedDirectory(target);
  await refuseForeign(target, () => shared.bundles());
  const progress = progressTeller(onProgress, systemClock);
  const exported = await gatherExport(store, { urls });
  const damaged = new Set<ContentId>();
  const of = exported.contents.length;
  let done = 0;
  let written = 0;
  for (const content of exported.contents) {
    signal?.throwIfAborted();
    try {
      if (await writeContent(store, shared.check, target, content)) written++;
    } catch (error) {
      if (!(error instanceof UnreadableContentError)) throw error;
      damaged.add(content.content);
    }
    done++;
    const { sizeBytes } = content;
    const now = { item: content.content, bytes: sizeBytes, totalBytes: sizeBytes, items: { done, of } };
    if (done === of) progress.last(now);
    else progress.tell(now);
  }
  const whole = damaged.size === 0 ? exported : await gatherExport(store, { urls, without: damaged });
  // A content that came meanwhile is not in the folder: only what was written is listed.
  const there = new Set(exported.contents.map(({ content }) => content));
  const bundles = whole.bundles.map((bundle) => ({
    ...bundle,
    items: bundle.items.filter(({ content }) => there.has(content)),
  }));
  const contents = whole.contents.filter(({ content }) => there.has(content));
  await writeWhole(join(target, exportedManifestName), [serializeExported({ bundles, contents })]);
  return {
    items: bundles.reduce((sum, { items }) => sum + items.length, 0),
    bytes: contents.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
    written,
    damaged: [...damaged],
  };
}

async function writeContent(
  store: FolioStore,
  isThere: (content: ExportedContent) => Promise<boolean>,
  folder: string,
  content: ExportedContent,
): Promise<boolean> {
  if (await isThere(content)) return false;
  await writeWhole(join(folder, blobName(content.content)), readContent(store, content));
  return true;
}

/** A folder of something else is not written into. */
async function refuseForeign(folder: string, list: () => Promise<unknown>): Promise<void> {
  try {
    await list();
  } catch (cause) {
    if (!LarderError.isInstance(cause)) throw cause;
    throw new LarderError(
      `${folder} holds a ${exportedManifestName} that is no list of a shared cache. Choose another folder, or remove it.`,
      { code: "not-a-shared-directory", facts: { folder } },
    );
  }
}

async function writeWhole(path: string, chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: 0o755 });
  const temporary = `${path}.${randomBytes(6).toString("hex")}.part`;
  try {
    const file = await open(temporary, "wx", 0o644);
    try {
      for await (const chunk of chunks) await file.writeFile(chunk);
      await file.sync();
    } finally {
      await file.close();
    }
    // Whatever the umask of who exports is: others shall read it.
    await chmod(temporary, 0o644);
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}
