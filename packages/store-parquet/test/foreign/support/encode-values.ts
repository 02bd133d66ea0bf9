import type { Encoding, ParquetType } from "hyparquet";
import { ByteWriter } from "hyparquet-writer";
import { writeRleBitPackedHybrid } from "hyparquet-writer/src/encoding.js";

/** What the encoders need besides values. */
export interface EncodeOptions {
  readonly dictionary?: readonly Uint8Array[];
  readonly blocks?: readonly [block: number, miniblock: number];
}

/** Encodes values as the format describes it, in the plainest way: these encoders share nothing with the reader. */
export function encodeValues(
  encoding: Encoding,
  type: ParquetType,
  values: readonly Uint8Array[],
  options: EncodeOptions,
): Uint8Array {
  switch (encoding) {
    case "PLAIN":
      return plain(type, values);
    case "PLAIN_DICTIONARY":
    case "RLE_DICTIONARY": {
      const places = new Map(options.dictionary!.map((entry, i) => [hex(entry), i]));
      const width = 32 - Math.clz32(Math.max(0, options.dictionary!.length - 1));
      const indices = values.map((value) => places.get(hex(value))!);
      return Buffer.concat([Uint8Array.of(width), runs(indices, width)]);
    }
    case "RLE": {
      const body = runs(
        values.map((value) => value[0]!),
        1,
      );
      const length = Buffer.alloc(4);
      length.writeUInt32LE(body.byteLength);
      return Buffer.concat([length, body]);
    }
    case "DELTA_BINARY_PACKED":
      return deltas(values.map(type === "INT32" ? int32 : int64), type === "INT32" ? 32 : 64, options.blocks);
    case "DELTA_LENGTH_BYTE_ARRAY":
      return Buffer.concat([lengths(values, options), ...values]);
    case "DELTA_BYTE_ARRAY": {
      const shared = values.map((value, i) => (i === 0 ? 0 : sharedBytes(values[i - 1]!, value)));
      const rest = values.map((value, i) => value.subarray(shared[i]!));
      return Buffer.concat([deltas(shared.map(BigInt), 32, options.blocks), lengths(rest, options), ...rest]);
    }
    case "BYTE_STREAM_SPLIT": {
      const width = values[0]?.byteLength ?? 0;
      const streams = Array.from({ length: width }, (_, part) => Uint8Array.from(values, (value) => value[part]!));
      return Buffer.concat(streams);
    }
    default:
      throw new Error(`no encoder for ${encoding}`);
  }
}

function plain(type: ParquetType, values: readonly Uint8Array[]): Uint8Array {
  if (type === "BOOLEAN") {
    const bytes = new Uint8Array(Math.ceil(values.length / 8));
    values.forEach((value, i) => {
      bytes[i >> 3]! |= value[0]! << (i & 7);
    });
    return bytes;
  }
  if (type !== "BYTE_ARRAY") return Buffer.concat(values as Uint8Array[]);
  return Buffer.concat(
    values.flatMap((value) => {
      const length = Buffer.alloc(4);
      length.writeUInt32LE(value.byteLength);
      return [length, value];
    }),
  );
}

function runs(values: number[], width: number): Uint8Array {
  if (width === 0) return new Uint8Array(0);
  const writer = new ByteWriter();
  writeRleBitPackedHybrid(writer, values, width);
  return writer.getBytes();
}

function lengths(values: readonly Uint8Array[], options: EncodeOptions): Uint8Array {
  return deltas(
    values.map((value) => BigInt(value.byteLength)),
    32,
    options.blocks,
  );
}

/** DELTA_BINARY_PACKED with bigints all through; sums wrap at `bits`. */
export function deltas(
  values: readonly bigint[],
  bits: 32 | 64,
  [block, mini] = [128, 32] as readonly [number, number],
) {
  const out: number[] = [];
  const varint = (value: bigint) => {
    let rest = BigInt.asUintN(64, value);
    for (; rest > 0x7fn; rest >>= 7n) out.push(Number(rest & 0x7fn) | 0x80);
    out.push(Number(rest));
  };
  const zigzag = (value: bigint) => varint((value << 1n) ^ (value >> 63n));
  varint(BigInt(block));
  varint(BigInt(block / mini));
  varint(BigInt(values.length));
  zigzag(values[0] ?? 0n);
  const differences = values.slice(1).map((value, i) => BigInt.asIntN(bits, value - values[i]!));
  for (let start = 0; start < differences.length; start += block) {
    const these = differences.slice(start, start + block);
    let least = these[0]!;
    for (const value of these) if (value < least) least = value;
    zigzag(least);
    const minis = Array.from({ length: block / mini }, (_, i) => these.slice(i * mini, (i + 1) * mini));
    const widths = minis.map((part) =>
      part.reduce((most, value) => Math.max(most, bitLength(BigInt.asUintN(bits, value - least))), 0),
    );
    out.push(...widths);
    minis.forEach((part, i) => {
      if (part.length === 0) return;
      const width = widths[i]!;
      let all = 0n;
      part.forEach((value, j) => {
        all |= BigInt.asUintN(bits, value - least) << BigInt(j * width);
      });
      for (let byte = 0; byte < (mini * width) / 8; byte++) out.push(Number((all >> BigInt(byte * 8)) & 0xffn));
    });
  }
  return Uint8Array.from(out);
}

function bitLength(value: bigint): number {
  return value === 0n ? 0 : value.toString(2).length;
}

function sharedBytes(left: Uint8Array, right: Uint8Array): number {
  let count = 0;
  while (count < left.byteLength && count < right.byteLength && left[count] === right[count]) count++;
  return count;
}

function int32(value: Uint8Array): bigint {
  return BigInt(Buffer.from(value).readInt32LE());
}

function int64(value: Uint8Array): bigint {
  return Buffer.from(value).readBigInt64LE();
}

function hex(value: Uint8Array): string {
  return Buffer.from(value).toString("hex");
}
