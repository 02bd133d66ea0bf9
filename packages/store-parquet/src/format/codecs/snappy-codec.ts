import { type Codec, checkRatio } from "./codec.js";
import { uncompressSnappy, uncompressSnappyInto } from "./snappy-block.js";

/** What is used of the package `snappy`. */
export interface SnappyLibrary {
  uncompressSync(block: Uint8Array): string | Uint8Array;
  uncompress(block: Uint8Array): Promise<string | Uint8Array>;
  compressSync(body: Uint8Array): Uint8Array;
}

/** A copy of 64 bytes takes three. */
const mostRatio = 22;

/** Snappy blocks. Without the library they are only read, and slower. */
export function snappyCodec(library: SnappyLibrary | undefined): Codec {
  // Who reads a block takes the memory that the block states: it has to be what the page states.
  const check = (block: Uint8Array, byteLength: number): void => {
    checkRatio(block, byteLength, mostRatio);
    if (statedLength(block) !== byteLength) throw new Error("it states another length than its page");
  };
  if (!library) {
    return {
      decompress(block, byteLength) {
        check(block, byteLength);
        return uncompressSnappy(block, byteLength);
      },
      decompressInto: uncompressSnappyInto,
    };
  }
  return {
    decompress(block, byteLength) {
      check(block, byteLength);
      return library.uncompressSync(block) as Uint8Array;
    },
    async decompressAsync(block, byteLength) {
      check(block, byteLength);
      return (await library.uncompress(block)) as Uint8Array;
    },
    decompressInto: uncompressSnappyInto,
    compress: (body) => library.compressSync(body),
  };
}

/** The length a block begins with; -1 where it begins with none. */
function statedLength(block: Uint8Array): number {
  let length = 0;
  for (let i = 0; i < 5; i++) {
    const byte = block[i];
    if (byte === undefined) return -1;
    length += (byte & 0x7f) * 2 ** (7 * i);
    if (byte < 0x80) return length;
  }
  return -1;
}
