import { type Codec, checkRatio } from "./codec.js";
import { uncompressLz4, uncompressLz4Into } from "./lz4-block.js";
import { compressLz4 } from "./lz4-compress.js";

/** What is used of the package `lz4-napi`. Its blocks have their length before compression in front, in four bytes. */
export interface Lz4Library {
  uncompressSync(block: Uint8Array): Uint8Array;
  uncompress(block: Uint8Array): Promise<Uint8Array>;
  compressSync(body: Buffer): Uint8Array;
}

/** A byte more of a length stands for 255 bytes. */
const mostRatio = 256;

/** Memory for blocks with a length in front, kept for the next ones: so many at most, each of at most so many bytes. */
const mostScratch = 8;
const mostScratchBytes = 2 ** 20 + 2 ** 16;

/** LZ4 blocks (the codec LZ4_RAW). Without the library the same, slower. */
export function lz4Codec(library: Lz4Library | undefined): Codec {
  if (!library) {
    return {
      decompress(block, byteLength) {
        checkRatio(block, byteLength, mostRatio);
        return uncompressLz4(block, byteLength);
      },
      decompressInto: uncompressLz4Into,
      compress: compressLz4,
    };
  }
  const scratch: Buffer[] = [];
  const borrow = (length: number): Buffer => {
    const kept = scratch.pop();
    return kept && kept.byteLength >= length ? kept : Buffer.allocUnsafeSlow(length);
  };
  const giveBack = (memory: Buffer): void => {
    if (scratch.length < mostScratch && memory.byteLength <= mostScratchBytes) scratch.push(memory);
  };
  const withLength = (block: Uint8Array, byteLength: number): { memory: Buffer; prefixed: Buffer } => {
    checkRatio(block, byteLength, mostRatio);
    const memory = borrow(4 + block.byteLength);
    memory.writeUInt32LE(byteLength, 0);
    memory.set(block, 4);
    return { memory, prefixed: memory.subarray(0, 4 + block.byteLength) };
  };
  return {
    decompress(block, byteLength) {
      const { memory, prefixed } = withLength(block, byteLength);
      try {
        return library.uncompressSync(prefixed);
      } finally {
        giveBack(memory);
      }
    },
    async decompressAsync(block, byteLength) {
      const { memory, prefixed } = withLength(block, byteLength);
      try {
        return await library.uncompress(prefixed);
      } finally {
        giveBack(memory);
      }
    },
    decompressInto: uncompressLz4Into,
    compress: (body) => library.compressSync(asBuffer(body)).subarray(4),
  };
}

function asBuffer({ buffer, byteOffset, byteLength }: Uint8Array): Buffer {
  return Buffer.from(buffer, byteOffset, byteLength);
}
