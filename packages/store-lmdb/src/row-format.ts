import type { Xxhash } from "@larder/core";

/** What a row of the index is. Part of the format on disk: numbers are never used again for something else. */
export const rowKinds = {
  inline: 1,
  file: 2,
  signature: 3,
  fileBlob: 4,
  chunkDigests: 5,
  lease: 6,
  counter: 7,
  tagName: 8,
  account: 16,
  policy: 17,
  reservation: 18,
  openFile: 19,
  usage: 20,
} as const;

export type RowKind = (typeof rowKinds)[keyof typeof rowKinds];

/** A row of the index. The arrays are views into what it was read from: see `ByteTable.read`. */
export interface Row {
  readonly kind: number;
  /** The whole key the row was written under, so that a row can't be taken for another's. */
  readonly key: Uint8Array;
  /** Of an entry its record (`decodeRecord`), else JSON text. */
  readonly head: Uint8Array;
  readonly payload: Uint8Array;
}

/**
 * Layout: version, kind, two zero bytes, three little-endian 32-bit lengths, key, head, payload, xxh64 of all that; behind
 * it, in rows of entries, the sequence of their storing as a 64-bit float, which is known only when the row is written.
 */
const rowVersion = 2;
const headerBytes = 16;
const checksumBytes = 8;
const sequenceBytes = 8;

/** Bytes behind the payload. */
function trailerBytes(kind: number): number {
  return kind === rowKinds.inline || kind === rowKinds.file ? checksumBytes + sequenceBytes : checksumBytes;
}

const none = new Uint8Array(0);

/** The bytes of a row. */
export function encodeRow(
  row: { kind: RowKind; key: Uint8Array; head?: Uint8Array; payload?: Uint8Array },
  xxhash: Xxhash,
): Buffer {
  const { kind, key, head = none, payload = none } = row;
  const length = headerBytes + key.byteLength + head.byteLength + payload.byteLength;
  const bytes = rowMemory(length + trailerBytes(kind));
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
  if (bytes.byteLength > length + checksumBytes) bytes.writeDoubleLE(0, length + checksumBytes);
  return bytes;
}

const slabBytes = 256 * 1024;
const largestInSlab = 16 * 1024;
let slab = Buffer.alloc(0);
let slabEnd = 0;

/**
 * Memory for a row. Not from Node's pool, which is small: LMDB is told the address of the buffer behind a row, and asking
 * for it costs as much as the rest, as does memory of its own for each row.
 */
function rowMemory(byteLength: number): Buffer {
  if (byteLength > largestInSlab) return Buffer.allocUnsafeSlow(byteLength);
  if (slabEnd + byteLength > slab.byteLength) {
    slab = Buffer.allocUnsafeSlow(slabBytes);
    slabEnd = 0;
  }
  const memory = slab.subarray(slabEnd, slabEnd + byteLength);
  slabEnd += byteLength;
  return memory;
}

/** Sets the sequence in the row of an entry. */
export function setStoredSequence(row: Buffer, sequence: number): void {
  row.writeDoubleLE(sequence, row.byteLength - sequenceBytes);
}

/** The sequence in the row of an entry; 0 when it can't be one. */
export function storedSequence(row: Uint8Array): number {
  if (row.byteLength < sequenceBytes) return 0;
  const sequence = viewOf(row).getFloat64(row.byteOffset + row.byteLength - sequenceBytes, true);
  return Number.isSafeInteger(sequence) && sequence > 0 ? sequence : 0;
}

/** Where the parts of a sound row are, counted from its first byte. */
export interface RowBounds {
  readonly kind: number;
  readonly headStart: number;
  readonly payloadStart: number;
  readonly payloadEnd: number;
}

/**
 * Reads a row, checking its checksum, its lengths and that it was written under `key`. `undefined`: it is damaged, or
 * belongs elsewhere, or is of a later version.
 */
export function decodeRow(bytes: Uint8Array, key: Uint8Array | undefined, xxhash: Xxhash): Row | undefined {
  const bounds = rowBounds(bytes, key, xxhash);
  if (bounds === undefined) return undefined;
  const { kind, headStart, payloadStart, payloadEnd } = bounds;
  return {
    kind,
    key: bytes.subarray(headerBytes, headStart),
    head: bytes.subarray(headStart, payloadStart),
    payload: bytes.subarray(payloadStart, payloadEnd),
  };
}

/** {@link decodeRow} without its views: to make them costs as much as the checks. */
export function rowBounds(bytes: Uint8Array, key: Uint8Array | undefined, xxhash: Xxhash): RowBounds | undefined {
  const kind = bytes[1]!;
  const payloadEnd = bytes.length - trailerBytes(kind);
  if (payloadEnd < headerBytes || bytes[0] !== rowVersion) return undefined;
  const view = viewOf(bytes);
  const start = bytes.byteOffset;
  const headStart = headerBytes + view.getUint32(start + 4, true);
  const payloadStart = headStart + view.getUint32(start + 8, true);
  if (payloadStart + view.getUint32(start + 12, true) !== payloadEnd) return undefined;
  if (xxhash.hash64(bytes.subarray(0, payloadEnd)) !== view.getBigUint64(start + payloadEnd, true)) return undefined;
  if (key !== undefined && !isKey(bytes, headStart, key)) return undefined;
  return { kind, headStart, payloadStart, payloadEnd };
}

/** The head of a row as JSON, or `undefined` when it is none. */
export function readHead({ head }: Row): unknown {
  try {
    return JSON.parse(Buffer.from(head.buffer, head.byteOffset, head.byteLength).toString("utf8"));
  } catch {
    return undefined;
  }
}

let memory: DataView = new DataView(new ArrayBuffer(0));

/** The memory behind an array. LMDB reads most rows into the same memory, and making a view costs as much as reading one. */
function viewOf(bytes: Uint8Array): DataView {
  if (memory.buffer !== bytes.buffer) memory = new DataView(bytes.buffer);
  return memory;
}

/** Whether the key in a row is this one. For keys of usual length quicker than `Buffer.compare`. */
function isKey(row: Uint8Array, keyEnd: number, key: Uint8Array): boolean {
  if (keyEnd - headerBytes !== key.length) return false;
  for (let at = 0; at < key.length; at++) if (row[headerBytes + at] !== key[at]) return false;
  return true;
}
