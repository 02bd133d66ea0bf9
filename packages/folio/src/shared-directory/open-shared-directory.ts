import { constants } from "node:fs";
import { type FileHandle, open, rm } from "node:fs/promises";
import { join } from "node:path";
import { type BlobSource, checkRange, DamagedBlobError, LarderError } from "@larder/core";
import type { ContentId } from "../cached/folio-store.js";
import { checksumHasher } from "../manifest/checksum-hasher.js";
import {
  blobName,
  type ExportedBundle,
  type ExportedContent,
  exportedManifestName,
  mostManifestBytes,
  parsedContentId,
} from "./exported-layout.js";
import { InvalidExportError, parseExported } from "./parse-exported.js";

/**
 * A folder written by `exportSharedDirectory`, on any mount and of any owner. It is only read, and nothing in it is believed:
 * a content is what its checksum says, and that checksum comes from the remote's manifest.
 */
export interface SharedDirectory {
  readonly folder: string;
  /** Opens a content, unverified: for who compares it while copying. `undefined` when it is not there. */
  open(content: ContentId): Promise<{ readonly source: BlobSource; close(): Promise<void> } | undefined>;
  /** Reads a content to its end and compares it with its checksum. */
  readVerified(content: ContentId, options?: ReadVerifiedOptions): Promise<VerifiedRead>;
  /** Whether a content is there, of this size, and right. */
  check(content: ExportedContent): Promise<boolean>;
  /** The bundles in its list, none when it has no list. @throws LarderError `not-a-shared-directory` when the list is none */
  bundles(): Promise<readonly ExportedBundle[]>;
}

/** How a content is read from a shared directory. */
export interface ReadVerifiedOptions {
  /** Write the bytes to this file, which must not exist, instead of holding them. It is removed when they prove wrong. */
  readonly to?: string | undefined;
  /** The size that the manifest says, in bytes: a file of another size is not read. */
  readonly sizeBytes?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** What came of it. Of a `damaged` content no byte is handed out. */
export type VerifiedRead =
  | { readonly status: "found"; readonly bytes: Uint8Array; readonly byteLength: number }
  | { readonly status: "found"; readonly file: string; readonly byteLength: number }
  | { readonly status: "absent" }
  | { readonly status: "damaged"; readonly reason: string };

const chunkBytes = 1 << 20;

/** A shared directory. Nothing is read until asked; a folder that is not there has nothing. */
export function openSharedDirectory(folder: string): SharedDirectory {
  const openContent: SharedDirectory["open"] = async (content) => {
    if (parsedContentId(content) === undefined) return undefined;
    const file = await openRegular(join(folder, blobName(content)));
    if (file === undefined) return undefined;
    const { handle, size } = file;
    const source: BlobSource = {
      byteLength: size,
      async slice(start, end = size) {
        checkRange(start, end, size);
        return readFully(handle, start, end);
      },
    };
    return { source, close: () => handle.close() };
  };

  const readVerified: SharedDirectory["readVerified"] = async (content, options = {}) => {
    const opened = await openContent(content);
    if (opened === undefined) return { status: "absent" };
    try {
      return await verifiedRead(content, opened.source, options);
    } catch (error) {
      if (LarderError.isInstance(error, "damaged-blob"))
        return { status: "damaged", reason: String(error.facts.reason) };
      throw error;
    } finally {
      await opened.close();
    }
  };

  return {
    folder,
    open: openContent,
    readVerified,
    async check({ content, sizeBytes }) {
      const opened = await openContent(content);
      if (opened === undefined) return false;
      try {
        return opened.source.byteLength === sizeBytes && (await meetsChecksum(content, opened.source));
      } finally {
        await opened.close();
      }
    },
    bundles: () => readBundles(folder),
  };
}

async function verifiedRead(
  content: ContentId,
  source: BlobSource,
  { to, sizeBytes, signal }: ReadVerifiedOptions,
): Promise<VerifiedRead> {
  const { byteLength } = source;
  if (sizeBytes !== undefined && sizeBytes !== byteLength) {
    return { status: "damaged", reason: `it has ${byteLength} bytes instead of ${sizeBytes}` };
  }
  if (to === undefined) {
    const bytes = await source.slice(0, byteLength);
    signal?.throwIfAborted();
    const whole: BlobSource = { byteLength, slice: (start, end) => bytes.subarray(start, end) };
    return (await meetsChecksum(content, whole)) ? { status: "found", bytes, byteLength } : wrongBytes;
  }
  const file = await open(to, "wx", 0o600);
  let isRight = false;
  try {
    isRight = await meetsChecksum(content, source, async (chunk) => {
      signal?.throwIfAborted();
      await file.writeFile(chunk);
    });
  } finally {
    await file.close();
    if (!isRight) await rm(to, { force: true });
  }
  return isRight ? { status: "found", file: to, byteLength } : wrongBytes;
}

const wrongBytes: VerifiedRead = { status: "damaged", reason: "its bytes do not meet their checksum" };

/** Reads all, hands each chunk on, and compares. */
async function meetsChecksum(
  content: ContentId,
  source: BlobSource,
  onChunk?: (chunk: Uint8Array) => Promise<void>,
): Promise<boolean> {
  const { algorithm, digits } = parsedContentId(content)!;
  const hasher = await checksumHasher(algorithm);
  for (let at = 0; at < source.byteLength; at += chunkBytes) {
    const chunk = await source.slice(at, Math.min(at + chunkBytes, source.byteLength));
    hasher.update(chunk);
    await onChunk?.(chunk);
  }
  return hasher.digest() === digits;
}

async function readBundles(folder: string): Promise<readonly ExportedBundle[]> {
  const file = await openRegular(join(folder, exportedManifestName));
  if (file === undefined) return [];
  try {
    if (file.size > mostManifestBytes) throw new InvalidExportError(`it has ${file.size} bytes`);
    return parseExported(await readFully(file.handle, 0, file.size)).bundles;
  } catch (error) {
    if (!(error instanceof InvalidExportError)) throw error;
    throw new LarderError(
      `The list ${exportedManifestName} of the shared cache ${folder} can't be used: ${error.message}. Export it again.`,
      { code: "not-a-shared-directory", facts: { folder, reason: error.message } },
    );
  } finally {
    await file.handle.close();
  }
}

/** A regular file, opened; `undefined` for anything else and where there is nothing. Never waits for a pipe. */
async function openRegular(path: string): Promise<{ readonly handle: FileHandle; readonly size: number } | undefined> {
  let handle: FileHandle;
  try {
    handle = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== undefined && nothingThere.has(code)) return undefined;
    throw error;
  }
  const found = await handle.stat();
  if (found.isFile()) return { handle, size: found.size };
  await handle.close();
  return undefined;
}

/** What a mount that is gone, unreadable or of an odd kind answers: there is nothing for us there. */
const nothingThere: ReadonlySet<string> = new Set([
  "ENOENT",
  "ENOTDIR",
  "EACCES",
  "EPERM",
  "ELOOP",
  "ENXIO",
  "ESTALE",
  "ENOTCONN",
  "EIO",
]);

async function readFully(handle: FileHandle, start: number, end: number): Promise<Uint8Array> {
  const bytes = Buffer.allocUnsafeSlow(end - start);
  for (let at = 0; at < bytes.byteLength; ) {
    const { bytesRead } = await handle.read(bytes, at, Math.min(bytes.byteLength - at, 1 << 30), start + at);
    if (bytesRead === 0) throw new DamagedBlobError("A shared content", { reason: `it ends at byte ${start + at}` });
    at += bytesRead;
  }
  return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
