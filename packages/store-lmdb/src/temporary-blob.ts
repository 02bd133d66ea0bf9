import {
  closeSync,
  constants,
  copyFileSync,
  fsyncSync,
  lstatSync,
  openSync,
  renameSync,
  rmSync,
  writeSync,
} from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { join } from "node:path";
import {
  type BlobToStore,
  chunkBytes,
  chunkDigests,
  createContentHasher,
  LarderError,
  verifyChecksum,
  type Xxhash,
} from "@larder/core";
import { ownedFileName } from "./owned-file-name.js";
import { systemCode } from "./store-error.js";

/** A file blob that is complete, in `tmp/`, and has no name yet. */
export interface TemporaryBlob {
  readonly path: string;
  /** BLAKE3-256 of the content. */
  readonly digest: string;
  readonly byteLength: number;
  /** `chunkDigests` of the content. */
  readonly chunks: Uint8Array;
}

/** Whole chunks, so that the digests of pieces one after the other are those of the whole. */
const pieceBytes = 16 * chunkBytes;

/** Of the digest of a chunk: see `chunkDigests`. */
const digestBytes = 8;

/** Blobs up to this size are written without giving the event loop away: that takes a third of the time. */
const atOnceBytes = pieceBytes;

const creation = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | (constants.O_NOFOLLOW ?? 0);

/** Read-only from the start: the descriptor that makes a file may write to it all the same. */
const blobMode = 0o400;

/**
 * Writes a blob to a file in `tmp/`, whichever form it has; a `file` is moved there, or copied from another file system.
 *
 * @param sync - whether the bytes are on disk when this resolves
 * @throws LarderError `wrong-blob-length`, `wrong-checksum` when the bytes are not those of the record, and the errors
 * of the file system as they are; nothing is left in `tmp/` then
 */
export async function writeTemporaryBlob(
  root: string,
  blob: BlobToStore,
  { sync, xxhash }: { sync: boolean; xxhash: Xxhash },
): Promise<TemporaryBlob> {
  const path = join(root, "tmp", ownedFileName(".blob"));
  try {
    const content = await writeContent(path, blob, sync, xxhash);
    return { path, ...content };
  } catch (error) {
    rmSync(path, { force: true });
    throw error;
  }
}

type Content = Omit<TemporaryBlob, "path">;

type BlobOfFile = Extract<BlobToStore, { readonly file: string }>;

async function writeContent(path: string, blob: BlobToStore, sync: boolean, xxhash: Xxhash): Promise<Content> {
  if ("bytes" in blob && blob.bytes.byteLength <= atOnceBytes) return writeAtOnce(path, blob, sync, xxhash);
  if ("file" in blob) {
    const told = toldContent(blob);
    const digester = told === undefined ? contentDigester(blob, xxhash) : undefined;
    await adopt(blob, path, digester, sync);
    return told ?? digester!.finish();
  }
  const digester = contentDigester(blob, xxhash);
  const file = await open(path, creation, blobMode);
  try {
    const parts = "bytes" in blob ? [blob.bytes] : blob.chunks;
    for await (const piece of piecesOf(parts)) {
      digester.add(piece);
      await writeFully(file, piece);
    }
    const content = digester.finish();
    if (sync) await file.sync();
    return content;
  } finally {
    await file.close();
  }
}

function writeAtOnce(path: string, blob: BlobToStore & { bytes: Uint8Array }, sync: boolean, xxhash: Xxhash): Content {
  const digester = contentDigester(blob, xxhash);
  digester.add(blob.bytes);
  const content = digester.finish();
  const file = openSync(path, creation, blobMode);
  try {
    for (let at = 0; at < blob.bytes.byteLength; ) at += writeSync(file, blob.bytes, at);
    if (sync) fsyncSync(file);
  } finally {
    closeSync(file);
  }
  return content;
}

/** What there is to know of a file, where its owner has told it: what is wrong with it shows when it is read. */
function toldContent({ record, chunkDigests }: BlobOfFile): Content | undefined {
  const [algorithm, digest] = record.checksum.split(":");
  if (chunkDigests === undefined || algorithm !== "blake3" || digest === undefined) return undefined;
  const expected = Math.ceil(record.byteLength / chunkBytes) * digestBytes;
  if (chunkDigests.byteLength !== expected) return undefined;
  return { digest, byteLength: record.byteLength, chunks: new Uint8Array(chunkDigests) };
}

/** @param digester - what reads all of the file; without it, only its length is looked at */
async function adopt(
  { file: from, record }: BlobOfFile,
  path: string,
  digester: ContentDigester | undefined,
  sync: boolean,
): Promise<void> {
  if (!lstatSync(from).isFile()) {
    throw new LarderError(`${from} can't become a blob: it is no regular file. Hand over the file itself.`, {
      code: "not-a-file",
      facts: { file: from },
    });
  }
  try {
    renameSync(from, path);
  } catch (error) {
    if (systemCode(error) !== "EXDEV") throw error;
    copyFileSync(from, path, constants.COPYFILE_EXCL);
    rmSync(from, { force: true });
  }
  const file = await open(path, "r");
  try {
    await file.chmod(blobMode);
    if (digester !== undefined) await readAll(file, digester);
    else {
      const { size } = await file.stat();
      if (size !== record.byteLength) throw wrongLength(record.byteLength, size);
    }
    if (sync) await file.sync();
  } finally {
    await file.close();
  }
}

async function readAll(file: FileHandle, digester: ContentDigester): Promise<void> {
  const piece = Buffer.allocUnsafeSlow(pieceBytes);
  for (;;) {
    const length = await readPiece(file, piece);
    if (length > 0) digester.add(piece.subarray(0, length));
    if (length < pieceBytes) break;
  }
}

interface ContentDigester {
  /** Takes the next piece: whole chunks, except the last. */
  add(piece: Uint8Array): void;
  finish(): Content;
}

function contentDigester({ record }: BlobToStore, xxhash: Xxhash): ContentDigester {
  const hasher = createContentHasher();
  const chunks: Uint8Array[] = [];
  let byteLength = 0;
  let only: Uint8Array | undefined;
  return {
    add(piece) {
      hasher.update(piece);
      chunks.push(chunkDigests(piece, xxhash));
      only = byteLength === 0 ? piece : undefined;
      byteLength += piece.byteLength;
      if (byteLength > record.byteLength) throw wrongLength(record.byteLength, byteLength, " or more");
    },
    finish() {
      if (byteLength !== record.byteLength) throw wrongLength(record.byteLength, byteLength);
      const digest = hasher.digest();
      const sound = record.checksum.startsWith("blake3:")
        ? record.checksum === `blake3:${digest}`
        : only === undefined || verifyChecksum(only, record.checksum, xxhash);
      if (!sound) throw wrongChecksum(record.checksum);
      return { digest, byteLength, chunks: Buffer.concat(chunks) };
    },
  };
}

/** The same bytes in pieces of whole chunks, except the last; each is a view that the next overwrites. */
export async function* piecesOf(parts: AsyncIterable<Uint8Array> | Iterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const piece = Buffer.allocUnsafeSlow(pieceBytes);
  let filled = 0;
  for await (const part of parts) {
    for (let at = 0; at < part.byteLength; ) {
      const whole = filled === 0 && part.byteLength - at >= pieceBytes;
      if (whole) {
        yield part.subarray(at, at + pieceBytes);
        at += pieceBytes;
        continue;
      }
      const length = Math.min(pieceBytes - filled, part.byteLength - at);
      piece.set(part.subarray(at, at + length), filled);
      filled += length;
      at += length;
      if (filled < pieceBytes) continue;
      yield piece;
      filled = 0;
    }
  }
  if (filled > 0) yield piece.subarray(0, filled);
}

async function writeFully(file: FileHandle, bytes: Uint8Array): Promise<void> {
  for (let at = 0; at < bytes.byteLength; ) at += (await file.write(bytes, at)).bytesWritten;
}

async function readPiece(file: FileHandle, piece: Uint8Array): Promise<number> {
  let length = 0;
  while (length < piece.byteLength) {
    const { bytesRead } = await file.read(piece, length, piece.byteLength - length);
    if (bytesRead === 0) break;
    length += bytesRead;
  }
  return length;
}

/** The bytes are not as many as the record says. */
export function wrongLength(expected: number, actual: number, more = ""): LarderError {
  return new LarderError(
    `A blob was to be stored whose record says ${expected} bytes, but it has ${actual}${more}. Make the record from the same bytes that are stored.`,
    { code: "wrong-blob-length", facts: { expected, actual } },
  );
}

/** The bytes are not those the record was made from. */
export function wrongChecksum(expected: string): LarderError {
  return new LarderError(
    `A blob was to be stored whose record has the checksum ${expected}, but its bytes don't meet it. Make the record from the same bytes that are stored, and don't change them meanwhile.`,
    { code: "wrong-checksum", facts: { expected } },
  );
}
