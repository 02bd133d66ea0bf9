import { checkAllocation } from "../format/allocation-limit.js";
import { type ByteSlices, joinPrefixes, sliceByLengths } from "../format/byte-slices.js";
import { unpackDeltas } from "../format/delta.js";
import { damagedParquet, unsupportedParquet } from "../format/parquet-errors.js";
import type { Encoding } from "../format/parquet-file-reader.js";
import type { ParquetLeaf } from "../format/parquet-leaf.js";
import { unpackBitRuns, unpackRuns } from "../format/run-length.js";
import type { DecodeMemory } from "./decode-memory.js";

/** Values without nulls, in Parquet's physical types. */
export type PageValues = PlainValues | { readonly kind: "indices"; readonly indices: Int32Array };

/** Values of variable length. */
export type Slices = Extract<PlainValues, { kind: "slices" }>;

/** PLAIN values of variable length as they are stored, each with its length before it; nothing of them has been checked. */
export interface StoredText {
  readonly kind: "text";
  readonly count: number;
  readonly bytes: Uint8Array;
}

export type PlainValues =
  | { readonly kind: "fixed"; readonly count: number; readonly width: number; readonly bytes: Uint8Array }
  | { readonly kind: "bits"; readonly count: number; readonly bits: Uint8Array }
  | ({ readonly kind: "slices"; readonly count: number } & ByteSlices);

/**
 * Decodes the values of a page.
 *
 * @param count how many there must be, nulls not counted
 * @param memory for what is not kept: the values are good until it is used again
 * @throws LarderError `damaged-parquet` when there are fewer, `unsupported-parquet` for an encoding the type can't have
 */
export function decodeValues(
  leaf: ParquetLeaf,
  encoding: Encoding | undefined,
  bytes: Uint8Array,
  count: number,
  memory?: DecodeMemory,
): PageValues {
  const { type } = leaf;
  switch (encoding) {
    case "PLAIN":
      return decodePlainValues(leaf, bytes, count);
    case "PLAIN_DICTIONARY":
    case "RLE_DICTIONARY":
      if (count === 0) return { kind: "indices", indices: new Int32Array(0) };
      if (bytes.byteLength === 0) throw tooFew();
      return { kind: "indices", indices: unpackRuns(bytes.subarray(1), bytes[0]!, count, memory?.integers(count)) };
    case "RLE":
      if (type === "BOOLEAN") return bitRuns(bytes, count);
      break;
    case "DELTA_BINARY_PACKED":
      if (type === "INT32" || type === "INT64") return deltas(type, bytes, count);
      break;
    case "DELTA_LENGTH_BYTE_ARRAY":
      if (type === "BYTE_ARRAY")
        return { kind: "slices", count, ...sliceByLengths(bytes, 0, count, memory?.integers(count + 1)) };
      break;
    case "DELTA_BYTE_ARRAY":
      if (type !== "BYTE_ARRAY" && type !== "FIXED_LEN_BYTE_ARRAY") break;
      return count === 0 ? decodePlainValues(leaf, bytes, 0) : prefixed(leaf, bytes, count);
    case "BYTE_STREAM_SPLIT":
      if (type !== "BOOLEAN" && type !== "BYTE_ARRAY" && type !== "INT96") return joinStreams(leaf, bytes, count);
      break;
    default:
  }
  // Some writers leave the encoding of a page without values unset.
  if (count === 0) return decodePlainValues(leaf, bytes, 0);
  throw unsupportedParquet(`values of type ${type} in the encoding ${encoding}`, { type, encoding });
}

/**
 * PLAIN values.
 *
 * Source: https://github.com/apache/parquet-format/blob/master/Encodings.md#plain-plain--0
 *
 * @throws LarderError `damaged-parquet` when there are too few
 */
export function decodePlainValues(leaf: ParquetLeaf, bytes: Uint8Array, count: number): PlainValues {
  if (leaf.type === "BOOLEAN") {
    if (bytes.byteLength < Math.ceil(count / 8)) throw tooFew();
    return { kind: "bits", count, bits: bytes };
  }
  if (leaf.type !== "BYTE_ARRAY") {
    const width = physicalWidth(leaf);
    if (bytes.byteLength < count * width) throw tooFew();
    return { kind: "fixed", count, width, bytes: bytes.subarray(0, count * width) };
  }
  return sliceText(bytes, count);
}

/** The bounds of PLAIN values, each with its length before it. @throws LarderError `damaged-parquet` when there are too few */
export function sliceText(bytes: Uint8Array, count: number): Slices {
  // Each has four bytes for its length at least.
  if (bytes.byteLength < count * 4) throw tooFew();
  const starts = new Int32Array(count);
  const ends = new Int32Array(count);
  let at = 0;
  for (let i = 0; i < count; i++) {
    if (at + 4 > bytes.byteLength) throw tooFew();
    const length = bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24);
    at += 4;
    if (length < 0 || length > bytes.byteLength - at) throw tooFew();
    starts[i] = at;
    at += length;
    ends[i] = at;
  }
  return { kind: "slices", count, starts, ends, bytes };
}

/** Values as their bounds, where they came as stored. @throws LarderError `damaged-parquet` when there are too few */
export function slicedValues<Values extends PageValues>(values: Values | StoredText): Values | Slices {
  return values.kind === "text" ? sliceText(values.bytes, values.count) : values;
}

/** Bytes of a value of fixed width. @throws LarderError `damaged-parquet` when the column states none */
export function physicalWidth({ type, type_length }: ParquetLeaf): number {
  switch (type) {
    case "INT32":
    case "FLOAT":
      return 4;
    case "INT64":
    case "DOUBLE":
      return 8;
    case "INT96":
      return 12;
    default:
      if (!type_length || type_length < 0) throw damagedParquet("a column of fixed length has no length");
      return type_length;
  }
}

function bitRuns(bytes: Uint8Array, count: number): PlainValues {
  if (count === 0) return { kind: "bits", count, bits: new Uint8Array(0) };
  const length =
    bytes.byteLength < 4 ? -1 : new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getInt32(0, true);
  if (length < 0 || length > bytes.byteLength - 4) throw tooFew();
  return { kind: "bits", count, bits: unpackBitRuns(bytes.subarray(4, 4 + length), count) };
}

function deltas(type: "INT32" | "INT64", bytes: Uint8Array, count: number): PlainValues {
  const width = type === "INT32" ? 4 : 8;
  checkAllocation(count * width, "a page");
  const target = type === "INT32" ? new Int32Array(count) : new BigInt64Array(count);
  if (count > 0) unpackDeltas(bytes, 0, target);
  return { kind: "fixed", count, width, bytes: new Uint8Array(target.buffer) };
}

function prefixed(leaf: ParquetLeaf, body: Uint8Array, count: number): PlainValues {
  const slices = joinPrefixes(body, count);
  const { starts, ends, bytes } = slices;
  if (leaf.type === "BYTE_ARRAY") return { kind: "slices", count, ...slices };
  const width = physicalWidth(leaf);
  for (let i = 0; i < count; i++) {
    if (ends[i]! - starts[i]! !== width) throw damagedParquet("a value of fixed length has another length");
  }
  return { kind: "fixed", count, width, bytes };
}

/** Source: https://github.com/apache/parquet-format/blob/master/Encodings.md#byte-stream-split-byte_stream_split--9 */
function joinStreams(leaf: ParquetLeaf, bytes: Uint8Array, count: number): PlainValues {
  const width = physicalWidth(leaf);
  // The streams have no mark where they begin: with other bytes around, every value would be wrong.
  if (bytes.byteLength !== width * count) throw damagedParquet("a page does not hold the values it states");
  const joined = new Uint8Array(width * count);
  for (let part = 0; part < width; part++) {
    for (let i = 0, from = part * count, to = part; i < count; i++, from++, to += width) joined[to] = bytes[from]!;
  }
  return { kind: "fixed", count, width, bytes: joined };
}

function tooFew(): Error {
  return damagedParquet("a page holds fewer values than it states");
}
