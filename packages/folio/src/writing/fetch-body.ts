import { randomBytes } from "node:crypto";
import { type FileHandle, mkdir, open, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { downloadsFolder } from "../cached/store-directory.js";
import { ChecksumMismatchError } from "../folio-errors.js";
import type { FolioParts, ItemPlace } from "../folio-parts.js";
import { checksumHasher } from "../manifest/checksum-hasher.js";
import type { ChecksumAlgorithm, ManifestItem } from "../manifest/manifest.js";
import type { RemoteBody } from "../remote/remote-storage.js";
import { referenceNotFound } from "./add-reference.js";
import { type MeasuredChunks, measureChunks } from "./measure-chunks.js";

/** The bytes of an item, fetched to be stored elsewhere. */
export interface FetchedBody {
  readonly body: RemoteBody;
  readonly sizeBytes: number;
  readonly checksum: string;
  readonly checksumAlgorithm: ChecksumAlgorithm;
  /** Of a table that may be read in parts and whose manifest names no list of its chunks yet. */
  readonly chunks: MeasuredChunks | undefined;
  /** Removes the file it is kept in. */
  dispose(): Promise<void>;
}

/**
 * Fetches the bytes at a place into a file of its own, hashed on the way, and compares them with the item's checksum, if it has one.
 *
 * @throws ChecksumMismatchError; LarderError `reference-not-found`; RemoteError
 */
export async function fetchBody(
  parts: FolioParts,
  name: string,
  item: ManifestItem,
  place: ItemPlace,
  signal?: AbortSignal,
): Promise<FetchedBody> {
  const file = await temporaryFile(parts);
  const dispose = () => rm(file, { force: true });
  try {
    const algorithm = item.checksumAlgorithm ?? parts.settings.checksumAlgorithm;
    const handle = await open(file, "wx", 0o600);
    let read: ReadBytes;
    try {
      read = await readInto(handle, parts, name, item, place, algorithm, signal);
    } finally {
      await handle.close();
    }
    compare(parts, name, item, read.checksum, algorithm);
    return { body: { file, byteLength: read.sizeBytes }, ...read, checksumAlgorithm: algorithm, dispose };
  } catch (error) {
    await dispose();
    throw error;
  }
}

interface ReadBytes {
  readonly sizeBytes: number;
  readonly checksum: string;
  readonly chunks: MeasuredChunks | undefined;
}

/** Where downloads are kept, so that what a killed process leaves behind is swept with them. */
async function temporaryFile({ store }: FolioParts): Promise<string> {
  const folder = store.directory === undefined ? tmpdir() : join(store.directory, downloadsFolder);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  return join(folder, `moved-${randomBytes(8).toString("hex")}.part`);
}

/** The checksum of the bytes at a place, which are kept nowhere. @throws as {@link fetchBody} */
export async function checksumAt(
  parts: FolioParts,
  name: string,
  item: ManifestItem,
  place: ItemPlace,
  signal?: AbortSignal,
): Promise<{ readonly sizeBytes: number; readonly checksum: string }> {
  const algorithm = item.checksumAlgorithm ?? parts.settings.checksumAlgorithm;
  const { sizeBytes, checksum } = await readInto(undefined, parts, name, item, place, algorithm, signal);
  return { sizeBytes, checksum };
}

async function readInto(
  handle: FileHandle | undefined,
  parts: FolioParts,
  name: string,
  item: ManifestItem,
  { storage, path }: ItemPlace,
  algorithm: ChecksumAlgorithm,
  signal: AbortSignal | undefined,
): Promise<ReadBytes> {
  const hasher = await checksumHasher(algorithm);
  const read = await storage.read(path, { signal });
  if (read.status !== "found") throw referenceNotFound(parts.remote.url, name, item.reference ?? path);
  // Bytes that are kept nowhere are not listed anew either.
  const wantsChunks = handle !== undefined && item.chunks === undefined;
  const chunks = wantsChunks ? measureChunks(item.kind, read.object.byteLength) : undefined;
  let sizeBytes = 0;
  for await (const piece of read.body) {
    hasher.update(piece);
    chunks?.update(piece);
    await handle?.writeFile(piece);
    sizeBytes += piece.byteLength;
  }
  return { sizeBytes, checksum: hasher.digest(), chunks: chunks?.result() };
}

function compare(
  parts: FolioParts,
  name: string,
  item: ManifestItem,
  actual: string,
  algorithm: ChecksumAlgorithm,
): void {
  if (item.checksum === undefined || item.checksum === actual) return;
  throw new ChecksumMismatchError(
    `The bytes of the item ${JSON.stringify(name)} of ${parts.remote.url} are not those that the manifest tells of, so they were not moved. Add the item again.`,
    { url: parts.remote.url, item: name, expected: item.checksum, actual, algorithm },
  );
}
