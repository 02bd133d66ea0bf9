import { readFile, rm } from "node:fs/promises";
import { LarderError } from "@larder/core";
import { type CachedItem, type ContentId, type ContentToPut, contentOf } from "../cached/folio-store.js";
import type { ProgressListener } from "../folio.js";
import type { ItemPlace } from "../folio-parts.js";
import type { ManifestItem } from "../manifest/manifest.js";
import { downloadName, ownPath, partPath, sizeOf } from "./part-path.js";
import { openPartialFile, type PartialFile } from "./partial-file.js";
import { progressTeller } from "./progress-teller.js";
import { keepsRows, type ReadingParts } from "./reading-parts.js";
import { type Transferred, transfer } from "./transfer.js";
import { PartialFileError, WrongBytesError } from "./transfer-errors.js";

export interface DownloadRequest {
  readonly name: string;
  readonly item: ManifestItem;
  readonly place: ItemPlace;
  /** The row there was before. */
  readonly row: CachedItem | undefined;
  /** When the manifest that names the item was confirmed; absolute milliseconds. */
  readonly confirmedAt: number;
  /** Download it although its content is there. */
  readonly force: boolean;
  /** The bytes are wanted in memory too. */
  readonly keepsBytes: boolean;
  readonly signal: AbortSignal | undefined;
  readonly onProgress: ProgressListener | undefined;
  /** Whose turn it is to use the network; default: at once. */
  readonly inTurn?: InTurn | undefined;
}

/** Runs work when there is a free place for it. */
export type InTurn = <Result>(work: () => Promise<Result>) => Promise<Result>;

/** Either the bytes in hand, or a row whose content is in the store. */
export type Fetched =
  | { readonly bytes: Uint8Array; readonly row?: undefined }
  | { readonly row: CachedItem; readonly downloaded: boolean };

/**
 * Brings an item into the store. Only one does so at a time, over all processes: who waits finds the content there. A holder
 * that does not get on for the lock's time is not waited for: the work is then done twice.
 *
 * @throws WrongBytesError; ObjectGoneError; RemoteError; the reason of the signal
 */
export async function downloadItem(parts: ReadingParts, request: DownloadRequest): Promise<Fetched> {
  const { store, remote, settings } = parts;
  const { name, item, signal } = request;
  const path = partPath(parts, request);
  const lock = downloadName(remote.url, name, item);
  const begun = await parts.background.tolerated(() => store.item(remote.url, name));
  const held = () => heldContent(parts, request, begun);
  const early = await parts.background.tolerated(held);
  if (early !== undefined) return adopted(parts, request, early);
  try {
    const outcome = await store.exclusive(
      lock,
      // Looked at again: whoever had the lease before may have brought it.
      async () => ((await held()) === undefined ? fetchAndStore(parts, request, path) : ("done" as const)),
      {
        waitMs: settings.lockTimeoutSeconds * 1000,
        signal,
        isDone: async () => (await held()) !== undefined,
        progress: () => (path === undefined ? Promise.resolve(undefined) : sizeOf(path)),
      },
    );
    if (outcome !== "done") return outcome;
    const there = await held();
    return there === undefined ? fetchAndStore(parts, request, ownPath(parts, path)) : adopted(parts, request, there);
  } catch (error) {
    if (!LarderError.isInstance(error, "lock-timeout")) throw error;
    return fetchAndStore(parts, request, ownPath(parts, path));
  }
}

/** Brings the bytes of an item into memory, past the store. @throws as {@link downloadItem} */
export async function fetchBytes(parts: ReadingParts, request: DownloadRequest): Promise<Uint8Array> {
  const { bytes } = await transferred(parts, request, undefined);
  return bytes!;
}

/** The content that makes a download needless: what the manifest names, or what someone else has stored since we began. */
async function heldContent(
  { store, remote }: ReadingParts,
  { name, item, force, row }: DownloadRequest,
  begun: CachedItem | undefined,
): Promise<ContentId | undefined> {
  const content = contentOf(item);
  if (content !== undefined && !force) return (await store.hasContent(content)) ? content : undefined;
  const now = await store.item(remote.url, name);
  const isNew =
    now !== undefined && (now.cachedAt !== (row ?? begun)?.cachedAt || now.content !== (row ?? begun)?.content);
  if (!isNew || (content !== undefined && now.content !== content)) return undefined;
  return (await store.hasContent(now.content)) ? now.content : undefined;
}

/** The content came with another item, or through another process: only the row may be missing. */
async function adopted(parts: ReadingParts, request: DownloadRequest, content: ContentId): Promise<Fetched> {
  const { store, remote } = parts;
  const there = await store.item(remote.url, request.name);
  if (there?.content === content && there.lastVerified >= request.confirmedAt) return { row: there, downloaded: false };
  const { item } = request;
  const row = rowOf(parts, request, {
    content,
    byteLength: item.sizeBytes ?? there?.sizeBytes ?? 0,
    version: undefined,
  });
  await parts.background.tolerated(() => putRow(parts, row));
  return { row, downloaded: false };
}

/** Counts, pin and priority stay as they are in the store. */
function putRow({ store, remote }: ReadingParts, row: CachedItem, from?: ContentToPut): Promise<void> {
  const { accessCount: _, lastAccessed: __, pinned: ___, priority: ____, ...item } = row;
  return store.putItem(remote.url, item, from);
}

async function fetchAndStore(
  parts: ReadingParts,
  request: DownloadRequest,
  path: string | undefined,
): Promise<Fetched> {
  const { background } = parts;
  const { name } = request;
  if (!(await hasRoom(parts, request))) return { bytes: await fetchBytes(parts, request) };
  const file = path === undefined ? undefined : await background.tolerated(() => openPartialFile(path));
  const came = await intoFile(parts, request, file);
  const fromFile = came.bytes === undefined || came.inFile;
  await file?.close();
  try {
    const from =
      file !== undefined && fromFile
        ? { file: file.path, byteLength: came.byteLength, digests: came.stored }
        : { bytes: came.bytes! };
    const row = rowOf(parts, request, came);
    await putRow(parts, row, from);
    if (file !== undefined) await rm(`${file.path}.json`, { force: true });
    return came.bytes === undefined ? { row, downloaded: true } : { bytes: came.bytes };
  } catch (error) {
    background.failed(error, name);
    const bytes = came.bytes ?? (await readFile(file!.path).catch(() => undefined));
    await background.tolerated(async () => file?.discard());
    return { bytes: bytes ?? (await fetchBytes(parts, request)) };
  }
}

/** Asked first, so that a full disk is not found out by filling it. */
async function hasRoom({ store, background, remote }: ReadingParts, { name, item }: DownloadRequest): Promise<boolean> {
  const { sizeBytes } = item;
  if (sizeBytes === undefined || (await background.tolerated(() => store.hasRoomFor(sizeBytes))) !== false) return true;
  background.failed(noRoom(remote.url, name, sizeBytes), name);
  return false;
}

function noRoom(url: string, item: string, sizeBytes: number): LarderError {
  return new LarderError(`there is no room for the ${sizeBytes} bytes of '${item}', within its limit or on the disk`, {
    code: "no-room",
    facts: { url, item, sizeBytes },
  });
}

/** Into the file, if that can be written, else into memory. Wrong bytes are thrown away; what broke off stays for the next try. */
async function intoFile(
  parts: ReadingParts,
  request: DownloadRequest,
  file: PartialFile | undefined,
): Promise<Transferred & { readonly inFile: boolean }> {
  try {
    return { ...(await transferred(parts, request, file)), inFile: file !== undefined };
  } catch (error) {
    if (file === undefined) throw error;
    if (error instanceof PartialFileError) {
      parts.background.failed(error, request.name);
      await parts.background.tolerated(() => file.discard());
      return { ...(await transferred(parts, request, undefined)), inFile: false };
    }
    if (error instanceof WrongBytesError) await parts.background.tolerated(() => file.discard());
    else await file.close();
    throw error;
  }
}

function transferred(parts: ReadingParts, request: DownloadRequest, file: PartialFile | undefined) {
  const { inTurn = (work) => work() } = request;
  return inTurn(() => transferNow(parts, request, file));
}

async function transferNow(parts: ReadingParts, request: DownloadRequest, file: PartialFile | undefined) {
  const { clock, random, store, remote, connect } = parts;
  const { name, item, place, keepsBytes, signal } = request;
  const { tell, last } = progressTeller(request.onProgress, clock);
  const began = clock.monotonic();
  const came = await transfer({
    place,
    content: contentOf(item),
    sizeBytes: item.sizeBytes,
    algorithm: item.checksumAlgorithm ?? "sha256",
    file,
    keepsBytes,
    tellsStored: file !== undefined,
    signal,
    onBytes: (bytes, totalBytes) => tell({ item: name, bytes, totalBytes }),
    clock,
    random,
    sleep: connect.sleep,
  });
  last({ item: name, bytes: came.byteLength, totalBytes: came.byteLength });
  const seconds = (clock.monotonic() - began) / 1000;
  parts.onEvent({ type: "download", url: remote.url, item: name, bytes: came.received, seconds });
  if (keepsRows(parts)) store.count(remote.url, { downloads: 1, downloadedBytes: came.received });
  return came;
}

function rowOf(
  { clock }: ReadingParts,
  { name, item, confirmedAt, row }: DownloadRequest,
  { content, byteLength, version }: Pick<Transferred, "content" | "byteLength" | "version">,
): CachedItem {
  const now = clock.now();
  const remoteChecksum = contentOf(item);
  const { accessCount = 0, lastAccessed = now, pinned = false, priority = 0 } = row ?? {};
  return {
    name,
    kind: item.kind,
    file: item.file ?? item.reference,
    sizeBytes: byteLength,
    remoteChecksum,
    content,
    remoteVersion: version,
    updatedAt: item.updatedAt,
    updatedBy: item.updatedBy,
    cachedAt: now,
    // What a manifest vouches for was right when that was confirmed; what nothing vouches for, when it was read.
    lastVerified: remoteChecksum === undefined ? now : confirmedAt,
    accessCount,
    lastAccessed,
    pinned,
    priority,
  };
}
