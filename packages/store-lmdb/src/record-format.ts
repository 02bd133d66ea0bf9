import type { BlobRecord } from "@larder/core";

/**
 * How a record stands in the row of an entry. Little-endian:
 *
 * | bytes | |
 * |---|---|
 * | 0 | version, 1 |
 * | 1 | flags, see {@link flags} |
 * | 2 | number of the codec in {@link codecNames}; 0: its name follows; 255: it is in the rest |
 * | 3 | bytes of the codec's name, if it follows |
 * | 4–43 | byteLength, createdAt, expiresAt, keepUntil, costSeconds as 64-bit floats; NaN: not there, or in the rest |
 * | 44– | the digits of the checksum as 8 or 32 bytes, the codec's name, JSON text of the rest |
 *
 * The rest is whatever else a record has, fields unknown to this version too. A common record needs none, and so no JSON.
 */
const recordVersion = 1;
const fixedBytes = 44;

const flags = { pinned: 1, xxh64: 2, blake3: 4, rest: 8 } as const;

/** Part of the format: only ever add to the end. */
const codecNames = ["", "larder.bytes.1", "larder.structured.1", "larder.parquet.1", "larder.alias.1"] as const;
const codecNumbers: ReadonlyMap<unknown, number> = new Map(codecNames.map((name, number) => [name, number]));
const codecFollows = 0;
const codecInRest = 255;

const numbers = ["byteLength", "createdAt", "expiresAt", "keepUntil", "costSeconds"] as const;
const numberPlaces: ReadonlyMap<string, number> = new Map(numbers.map((name, i) => [name, 4 + 8 * i]));

const xxh64 = /^xxh64:[0-9a-f]{16}$/;
const blake3 = /^blake3:[0-9a-f]{64}$/;
const ascii = /^[\x20-\x7e]+$/;

/** The bytes of a record: every field that JSON can carry. */
export function encodeRecord(record: BlobRecord): Buffer {
  fixed.set(emptyRecord);
  let flag = 0;
  let digits = "";
  let codec = "";
  let rest: Record<string, unknown> | undefined;
  for (const name of Object.keys(record)) {
    const value = (record as unknown as Record<string, unknown>)[name];
    const place = numberPlaces.get(name);
    // JSON has no other numbers; what it makes of them stands in the rest.
    if (place !== undefined && Number.isFinite(value) && !Object.is(value, -0)) {
      fixedView.setFloat64(place, value as number, true);
    } else if (name === "checksum" && typeof value === "string" && xxh64.test(value)) {
      flag |= flags.xxh64;
      digits = value.slice(6);
    } else if (name === "checksum" && typeof value === "string" && blake3.test(value)) {
      flag |= flags.blake3;
      digits = value.slice(7);
    } else if (name === "codec" && value !== "" && codecNumbers.has(value)) {
      fixed[2] = codecNumbers.get(value)!;
    } else if (name === "codec" && typeof value === "string" && value.length < 256 && ascii.test(value)) {
      fixed[2] = codecFollows;
      fixed[3] = value.length;
      codec = value;
    } else if (name === "pinned" && value === true) flag |= flags.pinned;
    else {
      rest ??= {};
      // Not by assignment: '__proto__' is a name like any other.
      if (name === "__proto__") Object.defineProperty(rest, name, { value, enumerable: true });
      else rest[name] = value;
    }
  }
  const text = rest === undefined ? "{}" : JSON.stringify(rest);
  if (text !== "{}") flag |= flags.rest;
  fixed[1] = flag;
  const textStart = fixedBytes + digits.length / 2 + codec.length;
  const bytes = Buffer.allocUnsafe(textStart + (text === "{}" ? 0 : Buffer.byteLength(text)));
  bytes.set(fixed);
  if (digits !== "") bytes.write(digits, fixedBytes, "hex");
  if (codec !== "") bytes.write(codec, textStart - codec.length, "latin1");
  if (text !== "{}") bytes.write(text, textStart);
  return bytes;
}

/** The first bytes of a record that has nothing yet. */
function makeEmptyRecord(): Buffer {
  const empty = Buffer.alloc(fixedBytes);
  empty[0] = recordVersion;
  empty[2] = codecInRest;
  for (const place of numberPlaces.values()) empty.writeDoubleLE(Number.NaN, place);
  return empty;
}

const emptyRecord = makeEmptyRecord();
/** Where the first bytes of a record are put together: for one call at a time. */
const fixed = Buffer.alloc(fixedBytes);
const fixedView = new DataView(fixed.buffer, fixed.byteOffset, fixedBytes);

/**
 * The record in bytes that {@link encodeRecord} made, or `undefined` when they are none. Copies.
 *
 * @param from - where in `bytes` it starts
 * @param before - where it ends
 */
export function decodeRecord(bytes: Uint8Array, from = 0, before = bytes.byteLength): BlobRecord | undefined {
  if (before - from < fixedBytes || bytes[from] !== recordVersion) return undefined;
  const { buffer, view } = memoryOf(bytes);
  const start = bytes.byteOffset + from;
  const end = bytes.byteOffset + before;
  const flag = buffer[start + 1]!;
  const digitBytes = flag & flags.xxh64 ? 8 : flag & flags.blake3 ? 32 : 0;
  const nameStart = start + fixedBytes + digitBytes;
  const number = buffer[start + 2]!;
  const nameEnd = nameStart + (number === codecFollows ? buffer[start + 3]! : 0);
  if (nameEnd > end) return undefined;
  const record: { [name: string]: unknown } = {};
  if (number !== codecInRest) {
    const codec = number === codecFollows ? buffer.toString("latin1", nameStart, nameEnd) : codecNames[number];
    if (codec === undefined) return undefined;
    record.codec = codec;
  }
  const byteLength = view.getFloat64(start + 4, true);
  const createdAt = view.getFloat64(start + 12, true);
  const expiresAt = view.getFloat64(start + 20, true);
  const keepUntil = view.getFloat64(start + 28, true);
  const costSeconds = view.getFloat64(start + 36, true);
  if (!Number.isNaN(byteLength)) record.byteLength = byteLength;
  if (digitBytes > 0) {
    record.checksum = digitBytes === 8 ? xxh64Text(buffer, start + fixedBytes) : blake3Text(buffer, start + fixedBytes);
  }
  if (!Number.isNaN(createdAt)) record.createdAt = createdAt;
  if (!Number.isNaN(expiresAt)) record.expiresAt = expiresAt;
  if (!Number.isNaN(keepUntil)) record.keepUntil = keepUntil;
  if (!Number.isNaN(costSeconds)) record.costSeconds = costSeconds;
  if (flag & flags.pinned) record.pinned = true;
  if ((flag & flags.rest) === 0) return record as unknown as BlobRecord;
  try {
    const rest = JSON.parse(buffer.toString("utf8", nameEnd, end)) as object;
    return { ...record, ...rest } as unknown as BlobRecord;
  } catch {
    return undefined;
  }
}

const hexadecimal = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, "0"));

/** For so few bytes quicker than `Buffer.toString`. */
function xxh64Text(bytes: Buffer, start: number): string {
  let text = "xxh64:";
  for (let at = start; at < start + 8; at++) text += hexadecimal[bytes[at]!]!;
  return text;
}

function blake3Text(bytes: Buffer, start: number): string {
  return `blake3:${bytes.toString("hex", start, start + 32)}`;
}

let buffer: Buffer = Buffer.alloc(0);
let view = new DataView(buffer.buffer);

/** The memory behind a view. LMDB reads most rows into the same memory, and making a view costs as much as reading one. */
function memoryOf(bytes: Uint8Array): { readonly buffer: Buffer; readonly view: DataView } {
  if (buffer.buffer !== bytes.buffer) {
    buffer = Buffer.from(bytes.buffer);
    view = new DataView(bytes.buffer);
  }
  return { buffer, view };
}
