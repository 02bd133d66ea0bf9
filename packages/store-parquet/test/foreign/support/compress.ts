import { brotliCompressSync, deflateSync, gzipSync } from "node:zlib";
import { snappyCompress } from "hyparquet-writer/src/snappy.js";

/** Makes the stored bytes of a page. */
export type Compressor = (bytes: Uint8Array) => Uint8Array;

/** The plain way for each codec. */
export const compress: Partial<Record<string, Compressor>> = {
  UNCOMPRESSED: (bytes) => bytes,
  SNAPPY: snappyCompress,
  GZIP: (bytes) => gzipSync(bytes),
  BROTLI: (bytes) => brotliCompressSync(bytes),
  ZSTD: zstdOfRawBlocks,
  LZ4: (bytes) => hadoopFrames(bytes, [bytes.byteLength]),
  LZ4_RAW: lz4Block,
};

/** Several gzip members one after the other, which is one gzip file. */
export function gzipMembers(bytes: Uint8Array): Uint8Array {
  const middle = bytes.byteLength >> 1;
  return Buffer.concat([gzipSync(bytes.subarray(0, middle)), gzipSync(bytes.subarray(middle))]);
}

/** What some writers take for gzip. */
export function zlibStream(bytes: Uint8Array): Uint8Array {
  return deflateSync(bytes);
}

/** Hadoop's framing of LZ4: frames of these lengths, each with two blocks. */
export function hadoopFrames(bytes: Uint8Array, frames: readonly number[], blocks = 1): Uint8Array {
  const parts: Uint8Array[] = [];
  let at = 0;
  for (const length of frames) {
    const frame = bytes.subarray(at, at + length);
    at += length;
    parts.push(bigEndian(length));
    const step = Math.max(1, Math.ceil(length / blocks));
    for (let start = 0; start < Math.max(length, 1); start += step) {
      const block = lz4Block(frame.subarray(start, start + step));
      parts.push(bigEndian(block.byteLength), block);
    }
  }
  return Buffer.concat(parts);
}

function bigEndian(value: number): Uint8Array {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

/** An LZ4 block, with matches where the last four bytes were seen before. */
export function lz4Block(input: Uint8Array): Uint8Array {
  const bytes = Buffer.from(input);
  const out: number[] = [];
  const seen = new Map<number, number>();
  let literalStart = 0;
  const lengthBytes = (length: number) => {
    for (let rest = length - 15; rest >= 0; rest -= 255) out.push(Math.min(rest, 255));
  };
  const sequence = (literalEnd: number, match?: { distance: number; length: number }) => {
    const literals = literalEnd - literalStart;
    out.push((Math.min(literals, 15) << 4) | (match ? Math.min(match.length - 4, 15) : 0));
    if (literals >= 15) lengthBytes(literals);
    out.push(...bytes.subarray(literalStart, literalEnd));
    if (!match) return;
    out.push(match.distance & 0xff, match.distance >> 8);
    if (match.length - 4 >= 15) lengthBytes(match.length - 4);
  };
  let at = 0;
  while (at + 12 < bytes.byteLength) {
    const four = bytes.readUInt32LE(at);
    const before = seen.get(four);
    seen.set(four, at);
    if (before === undefined || at - before > 0xffff) {
      at++;
      continue;
    }
    let length = 4;
    while (at + length + 5 < bytes.byteLength && bytes[before + length] === bytes[at + length]) length++;
    sequence(at, { distance: at - before, length });
    at += length;
    literalStart = at;
  }
  sequence(bytes.byteLength);
  return Uint8Array.from(out);
}

/** A zstd frame that compresses nothing: Node 20 has no compressor. */
export function zstdOfRawBlocks(bytes: Uint8Array): Uint8Array {
  const head = Buffer.alloc(9);
  head.writeUInt32LE(0xfd2fb528);
  // One segment, its length in four bytes.
  head[4] = 0xa0;
  head.writeUInt32LE(bytes.byteLength, 5);
  const parts: Uint8Array[] = [head];
  const most = 100_000;
  for (let start = 0; start === 0 || start < bytes.byteLength; start += most) {
    const block = bytes.subarray(start, start + most);
    const last = start + most >= bytes.byteLength ? 1 : 0;
    const header = (block.byteLength << 3) | last;
    parts.push(Uint8Array.of(header & 0xff, (header >> 8) & 0xff, header >> 16), block);
  }
  return Buffer.concat(parts);
}
