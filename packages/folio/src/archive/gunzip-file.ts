import type { FileHandle } from "node:fs/promises";
import { Readable, type Transform } from "node:stream";
import { crc32, createInflateRaw } from "node:zlib";
import { damagedArchive, unsafeArchive } from "./archive-errors.js";

/** How much a compressed file may become. */
export interface GunzipLimits {
  /** Bytes out for each byte in, beyond `freeBytes`. */
  readonly maxRatio: number;
  readonly freeBytes: number;
  readonly signal?: AbortSignal | undefined;
}

/** Ten bytes before, and eight behind the compressed ones. Source: RFC 1952, section 2.3 */
const headBytes = 10;
const tailBytes = 8;

/**
 * The bytes of a gzip file, as they come out; their number is bounded by whoever reads them, who may stop at any time. It must
 * be one member with no name, comment or extra field, and nothing behind it; its length and CRC are verified at the end.
 *
 * @throws LarderError `damaged-archive`, `unsafe-archive`; the error of the file system; the reason of the signal
 */
export async function* gunzipFile(handle: FileHandle, file: string, limits: GunzipLimits): AsyncGenerator<Uint8Array> {
  const { size } = await handle.stat();
  if (size < headBytes + tailBytes) throw damagedArchive(file, undefined, `it has only ${size} bytes`);
  await checkHead(handle, file);
  const compressedBytes = size - headBytes - tailBytes;
  const inflate = createInflateRaw({ chunkSize: 256 * 1024 });
  const source = Readable.from(readCompressed(handle, compressedBytes, limits.signal));
  source.on("error", (error) => inflate.destroy(error));
  source.pipe(inflate);
  let length = 0;
  let crc = 0;
  try {
    for await (const chunk of outOf(inflate, file)) {
      length += chunk.byteLength;
      crc = crc32(chunk, crc);
      if (length > limits.freeBytes + limits.maxRatio * consumed(inflate)) {
        throw unsafeArchive(
          file,
          undefined,
          `it grows to more than ${limits.maxRatio} times its size (after ${length} bytes); pass a larger maxRatio if you trust it`,
        );
      }
      yield chunk;
    }
    if (consumed(inflate) !== compressedBytes) {
      throw damagedArchive(file, undefined, "its compressed data end before the file does");
    }
    const tail = await readExactly(handle, size - tailBytes, tailBytes);
    if (tail.readUInt32LE(0) !== crc) throw damagedArchive(file, undefined, "its CRC is not that of its bytes");
    if (tail.readUInt32LE(4) !== length % 2 ** 32)
      throw damagedArchive(file, undefined, "its length is not that of its bytes");
  } finally {
    source.destroy();
    inflate.destroy();
  }
}

async function checkHead(handle: FileHandle, file: string): Promise<void> {
  const head = await readExactly(handle, 0, headBytes);
  if (head[0] !== 0x1f || head[1] !== 0x8b || head[2] !== 8)
    throw damagedArchive(file, undefined, "it is no gzip file");
  if (head[3] !== 0) throw unsafeArchive(file, undefined, "its gzip header has fields that an export does not write");
}

async function* outOf(inflate: Transform, file: string): AsyncGenerator<Uint8Array> {
  try {
    for await (const chunk of inflate) yield chunk as Uint8Array;
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === "Z_BUF_ERROR") throw damagedArchive(file, undefined, "its compressed data are cut short");
    if (code?.startsWith("Z_")) throw damagedArchive(file, undefined, "its compressed data are damaged");
    throw error;
  }
}

async function* readCompressed(
  handle: FileHandle,
  byteLength: number,
  signal: AbortSignal | undefined,
): AsyncGenerator<Buffer> {
  const chunkBytes = 256 * 1024;
  for (let at = 0; at < byteLength; at += chunkBytes) {
    signal?.throwIfAborted();
    yield await readExactly(handle, headBytes + at, Math.min(chunkBytes, byteLength - at));
  }
}

async function readExactly(handle: FileHandle, position: number, length: number): Promise<Buffer> {
  const bytes = Buffer.alloc(length);
  for (let at = 0; at < length; ) {
    const { bytesRead } = await handle.read(bytes, at, length - at, position + at);
    if (bytesRead === 0) throw new Error(`The file ended at byte ${position + at} while it was read.`);
    at += bytesRead;
  }
  return bytes;
}

/** Bytes that have gone into the decompression. */
function consumed(inflate: Transform): number {
  return (inflate as unknown as { readonly bytesWritten: number }).bytesWritten;
}
