import { LarderError, type Xxhash } from "@larder/core";
import { damagedFile, newerFormat } from "./log-error.js";

/** A header as JSON, and bytes that the header points into. */
export interface SealedContent {
  readonly header: unknown;
  readonly binary: Uint8Array;
}

/** Bytes collected for the binary section; a header names them by {@link Span}. */
export interface BinaryWriter {
  /** Adds bytes, and tells where they stand. */
  add(bytes: Uint8Array): Span;
  /** All that was added, in order. */
  finish(): Uint8Array;
}

/** Where bytes stand in the binary section: first byte and number of bytes. */
export type Span = readonly [start: number, length: number];

const formatNumber = 1;
const headBytes = 16;
const checksumBytes = 8;

/**
 * A file that tells by itself whether it is whole: 8 bytes of `magic`, the format and the length of the header (32 bits each), the
 * header as JSON, the binary section, and the xxh64 of all before. Numbers are little-endian. Every format ends in that checksum.
 *
 * @param magic - 8 ASCII characters
 */
export function sealFile(magic: string, { header, binary }: SealedContent, xxhash: Xxhash): Uint8Array {
  const json = Buffer.from(JSON.stringify(header), "utf8");
  const bytes = Buffer.alloc(headBytes + json.byteLength + binary.byteLength + checksumBytes);
  bytes.write(magic, 0, 8, "latin1");
  bytes.writeUInt32LE(formatNumber, 8);
  bytes.writeUInt32LE(json.byteLength, 12);
  bytes.set(json, headBytes);
  bytes.set(binary, headBytes + json.byteLength);
  const end = bytes.byteLength - checksumBytes;
  bytes.writeBigUInt64LE(xxhash.hash64(bytes.subarray(0, end)), end);
  return bytes;
}

/**
 * What {@link sealFile} made bytes of. The binary section shares their memory.
 *
 * @param file - named in errors
 * @throws LarderError `damaged-log-file`, `newer-format`
 */
export function openSealed(magic: string, bytes: Uint8Array, xxhash: Xxhash, file: string): SealedContent {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const end = buffer.byteLength - checksumBytes;
  if (end < headBytes) throw damagedFile(file, "it is cut short");
  if (buffer.toString("latin1", 0, 8) !== magic) throw damagedFile(file, "it does not begin as it should");
  if (xxhash.hash64(buffer.subarray(0, end)) !== buffer.readBigUInt64LE(end)) {
    throw damagedFile(file, "its checksum differs");
  }
  const format = buffer.readUInt32LE(8);
  if (format > formatNumber) throw newerFormat(file, format);
  const headerEnd = headBytes + buffer.readUInt32LE(12);
  if (headerEnd > end) throw damagedFile(file, "its header is longer than it");
  try {
    const header: unknown = JSON.parse(buffer.toString("utf8", headBytes, headerEnd));
    return { header, binary: buffer.subarray(headerEnd, end) };
  } catch (error) {
    throw damagedFile(file, "its header is no JSON", error);
  }
}

/** Collects the binary section of a file. */
export function binaryWriter(): BinaryWriter {
  const pieces: Uint8Array[] = [];
  let length = 0;
  return {
    add(bytes) {
      const span: Span = [length, bytes.byteLength];
      pieces.push(bytes);
      length += bytes.byteLength;
      return span;
    },
    finish: () => Buffer.concat(pieces, length),
  };
}

/** Whether an error says that a file is damaged, so that what it told must be found out otherwise. */
export function isDamage(error: unknown): boolean {
  return LarderError.isInstance(error, "damaged-log-file") || LarderError.isInstance(error, "damaged-id-set");
}
