import { readSync } from "node:fs";
import type { Xxhash } from "@larder/core";

/** What a record of the journal says. Part of the format on disk: numbers are never used again for something else. */
export const journalKinds = {
  /** The first record: ids of the index it belongs to (16 bytes) and of this file (8), and its length when it was begun. */
  begun: 1,
  /** An entry whose bytes are in a file was stored: its row. */
  stored: 2,
  /** Such an entry is no more: its place in the index. */
  deleted: 3,
  /** All entries are no more. */
  cleared: 4,
} as const;

export type JournalKind = (typeof journalKinds)[keyof typeof journalKinds];

/** A record that met its checksum. */
export interface JournalRecord {
  readonly kind: JournalKind;
  /** A view that the next record overwrites. */
  readonly payload: Uint8Array;
  /** Where the record begins and ends in the file. */
  readonly start: number;
  readonly end: number;
}

/** Layout: four bytes to find a record by, length of the payload, kind, three zero bytes, payload, xxh64 of all that. */
const mark = Buffer.from([0x4c, 0x4a, 0xf2, 0x0a]);
const headerBytes = 12;
const trailerBytes = 8;

/** No record is longer: keys and records of blobs are small. What claims to be is damaged. */
const longestPayloadBytes = 256 * 1024 * 1024;

const windowBytes = 1024 * 1024;

/** The bytes of a record. */
export function encodeJournalRecord(kind: JournalKind, payload: Uint8Array, xxhash: Xxhash): Buffer {
  const length = headerBytes + payload.byteLength;
  const bytes = Buffer.alloc(length + trailerBytes);
  bytes.set(mark);
  bytes.writeUInt32LE(payload.byteLength, 4);
  bytes[8] = kind;
  bytes.set(payload, headerBytes);
  bytes.writeBigUInt64LE(xxhash.hash64(bytes.subarray(0, length)), length);
  return bytes;
}

/**
 * The sound records of a stretch of a journal, in order. What is damaged is passed over, up to the next sound record; a
 * record that was cut off at the end is not there.
 *
 * @param file - descriptor of the open journal
 * @param stretch - `start` must be where a record begins; `onDamage` gets how many bytes were passed over before a record
 */
export function* journalRecords(
  file: number,
  stretch: { readonly start: number; readonly end: number; readonly onDamage?: (bytes: number) => void },
  xxhash: Xxhash,
): Generator<JournalRecord> {
  const { start, end, onDamage } = stretch;
  const window = windowOf(file, end);
  let lastEnd = start;
  for (let at = start; at + headerBytes + trailerBytes <= end; ) {
    const record = recordAt(window, at, xxhash);
    if (record !== undefined) {
      if (at > lastEnd) onDamage?.(at - lastEnd);
      yield record;
      at = record.end;
      lastEnd = at;
    } else {
      const next = nextMark(window, at + 1, end);
      if (next === undefined) break;
      at = next;
    }
  }
  if (end > lastEnd) onDamage?.(end - lastEnd);
}

/** Part of a file in memory. */
interface Window {
  /** The bytes from `at` on, `length` of them; `undefined` where the file has less. */
  bytes(at: number, length: number): Buffer | undefined;
}

function windowOf(file: number, end: number): Window {
  let memory = Buffer.alloc(0);
  let from = 0;
  let filled = 0;
  return {
    bytes(at, length) {
      if (at + length > end) return undefined;
      if (at < from || at + length > from + filled) {
        const wanted = Math.min(Math.max(length, windowBytes), end - at);
        if (memory.byteLength < wanted) memory = Buffer.allocUnsafe(wanted);
        from = at;
        filled = 0;
        while (filled < wanted) {
          const count = readSync(file, memory, filled, wanted - filled, at + filled);
          if (count === 0) break;
          filled += count;
        }
        if (filled < length) return undefined;
      }
      return memory.subarray(at - from, at - from + length);
    },
  };
}

function recordAt(window: Window, at: number, xxhash: Xxhash): JournalRecord | undefined {
  const header = window.bytes(at, headerBytes);
  if (header === undefined || header.compare(mark, 0, 4, 0, 4) !== 0) return undefined;
  const payloadBytes = header.readUInt32LE(4);
  if (payloadBytes > longestPayloadBytes) return undefined;
  const length = headerBytes + payloadBytes;
  const bytes = window.bytes(at, length + trailerBytes);
  if (bytes === undefined) return undefined;
  if (xxhash.hash64(bytes.subarray(0, length)) !== bytes.readBigUInt64LE(length)) return undefined;
  const kind = bytes[8]! as JournalKind;
  return { kind, payload: bytes.subarray(headerBytes, length), start: at, end: at + length + trailerBytes };
}

function nextMark(window: Window, from: number, end: number): number | undefined {
  for (let at = from; at + mark.byteLength <= end; ) {
    const bytes = window.bytes(at, Math.min(64 * 1024, end - at));
    if (bytes === undefined) return undefined;
    const found = bytes.indexOf(mark);
    if (found >= 0) return at + found;
    at += Math.max(1, bytes.byteLength - mark.byteLength + 1);
  }
  return undefined;
}

const indexIdBytes = 16;
const journalIdBytes = 8;
const beginningBytes = indexIdBytes + journalIdBytes + 8;

/** What the first record of a journal says. */
export interface JournalBeginning {
  /** The index it belongs to. */
  readonly indexId: Buffer;
  /** Different for every file that ever was a journal. */
  readonly journalId: Buffer;
  /** Its length when it was written anew. */
  readonly begunBytes: number;
}

/** The first record. */
export function encodeBeginning(
  { indexId, journalId, begunBytes }: { indexId: Uint8Array; journalId: Uint8Array; begunBytes: number },
  xxhash: Xxhash,
): Buffer {
  const payload = Buffer.alloc(beginningBytes);
  payload.set(indexId);
  payload.set(journalId, indexIdBytes);
  payload.writeDoubleLE(begunBytes, indexIdBytes + journalIdBytes);
  return encodeJournalRecord(journalKinds.begun, payload, xxhash);
}

/** What the first record says; `undefined` when it is damaged, or there is none. */
export function readBeginning(file: number, sizeBytes: number, xxhash: Xxhash): JournalBeginning | undefined {
  const end = Math.min(sizeBytes, headerBytes + beginningBytes + trailerBytes);
  const record = recordAt(windowOf(file, end), 0, xxhash);
  if (record?.kind !== journalKinds.begun || record.payload.byteLength !== beginningBytes) return undefined;
  const payload = Buffer.from(record.payload);
  return {
    indexId: payload.subarray(0, indexIdBytes),
    journalId: payload.subarray(indexIdBytes, indexIdBytes + journalIdBytes),
    begunBytes: payload.readDoubleLE(indexIdBytes + journalIdBytes),
  };
}
