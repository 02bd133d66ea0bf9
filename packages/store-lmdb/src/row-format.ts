import type { Xxhash } from "@larder/core";

/** What a row of the index is. Part of the format on disk: numbers are never used again for something else. */
export const rowKinds = { inline: 1, file: 2, signature: 3, fileBlob: 4, chunkDigests: 5 } as const;

export type RowKind = (typeof rowKinds)[keyof typeof rowKinds];

/** A row of the index. The arrays are views into what it was read from. */
export interface Row {
  readonly kind: number;
  /** The whole key the row was written under, so that a row can't be taken for another's. */
  readonly key: Uint8Array;
  /** JSON text. */
  readonly head: Uint8Array;
  readonly payload: Uint8Array;
}

/** Layout: version, kind, two zero bytes, three little-endian 32-bit lengths, key, head, payload, xxh64 of all that. */
const rowVersion = 1;
const headerBytes = 16;
const trailerBytes = 8;

const none = new Uint8Array(0);

/** The bytes of a row. */
export function encodeRow(
  row: { kind: RowKind; key: Uint8Array; head?: Uint8Array; payload?: Uint8Array },
  xxhash: Xxhash,
): Buffer {
  const { kind, key, head = none, payload = none } = row;
  const length = headerBytes + key.byteLength + head.byteLength + payload.byteLength;
  // Not from the pool: LMDB is told the address of the buffer behind it.
  const bytes = Buffer.allocUnsafeSlow(length + trailerBytes);
  bytes[0] = rowVersion;
  bytes[1] = kind;
  bytes[2] = 0;
  bytes[3] = 0;
  bytes.writeUInt32LE(key.byteLength, 4);
  bytes.writeUInt32LE(head.byteLength, 8);
  bytes.writeUInt32LE(payload.byteLength, 12);
  bytes.set(key, headerBytes);
  bytes.set(head, headerBytes + key.byteLength);
  bytes.set(payload, headerBytes + key.byteLength + head.byteLength);
  bytes.writeBigUInt64LE(xxhash.hash64(bytes.subarray(0, length)), length);
  return bytes;
}

/**
 * Reads a row, checking its checksum, its lengths and that it was written under `key`. `undefined`: it is damaged, or
 * belongs elsewhere, or is of a later version.
 */
export function decodeRow(bytes: Uint8Array, key: Uint8Array | undefined, xxhash: Xxhash): Row | undefined {
  const length = bytes.byteLength - trailerBytes;
  if (length < headerBytes || bytes[0] !== rowVersion) return undefined;
  const memory = memoryOf(bytes);
  const start = bytes.byteOffset;
  const keyEnd = headerBytes + memory.readUInt32LE(start + 4);
  const headEnd = keyEnd + memory.readUInt32LE(start + 8);
  if (headEnd + memory.readUInt32LE(start + 12) !== length) return undefined;
  if (xxhash.hash64(bytes.subarray(0, length)) !== memory.readBigUInt64LE(start + length)) return undefined;
  const rowKey = bytes.subarray(headerBytes, keyEnd);
  if (key !== undefined && !isEqual(rowKey, key)) return undefined;
  return {
    kind: bytes[1]!,
    key: rowKey,
    head: bytes.subarray(keyEnd, headEnd),
    payload: bytes.subarray(headEnd, length),
  };
}

/** The head of a row as JSON, or `undefined` when it is none. */
export function readHead({ head }: Row): unknown {
  try {
    return JSON.parse(memoryOf(head).toString("utf8", head.byteOffset, head.byteOffset + head.byteLength));
  } catch {
    return undefined;
  }
}

let memory: Buffer = Buffer.alloc(0);

/** The memory behind a view. LMDB reads most rows into the same memory, and making a view costs as much as reading one. */
function memoryOf(bytes: Uint8Array): Buffer {
  if (memory.buffer !== bytes.buffer) memory = Buffer.from(bytes.buffer);
  return memory;
}

/** For keys of usual length quicker than `Buffer.compare`. */
function isEqual(one: Uint8Array, other: Uint8Array): boolean {
  if (one.byteLength !== other.byteLength) return false;
  for (let at = 0; at < one.byteLength; at++) if (one[at] !== other[at]) return false;
  return true;
}
