import * as zlib from "node:zlib";
import type { Codec } from "./codec.js";
import { called, limits } from "./zlib-codecs.js";
import { checkZstdFrames } from "./zstd-frames.js";

/** What Node has from 22.15 on. */
export interface NodeZstd {
  zstdDecompressSync(bytes: Uint8Array, options: object): Uint8Array;
  zstdDecompress(bytes: Uint8Array, options: object, done: (error: Error | null, result: Uint8Array) => void): void;
  zstdCompressSync(body: Uint8Array, options: object): Uint8Array;
  readonly constants: { readonly ZSTD_c_compressionLevel: number };
}

/** What is used of the package `@toondepauw/node-zstd`. */
export interface ZstdLibrary {
  Decoder: new () => { decodeSync(bytes: Buffer): Uint8Array; decode(bytes: Buffer): Promise<Uint8Array> };
  Encoder: new (level: number) => { encodeSync(body: Buffer): Uint8Array };
}

/** Level 3 takes half as long again and saves a fiftieth. */
const level = 1;

/** Zstandard as this Node has it, if it has. */
export function nodeZstd(): NodeZstd | undefined {
  return "zstdDecompressSync" in zlib ? (zlib as unknown as NodeZstd) : undefined;
}

/** Zstandard by Node. */
export function zstdOfNode(node: NodeZstd): Codec {
  return {
    decompress(bytes, byteLength) {
      checkZstdFrames(bytes, byteLength);
      return node.zstdDecompressSync(bytes, limits(byteLength));
    },
    async decompressAsync(bytes, byteLength) {
      checkZstdFrames(bytes, byteLength);
      return called((done) => node.zstdDecompress(bytes, limits(byteLength), done));
    },
    compress: (body) => node.zstdCompressSync(body, { params: { [node.constants.ZSTD_c_compressionLevel]: level } }),
  };
}

/** Zstandard by a library. */
export function zstdOfLibrary(library: ZstdLibrary): Codec {
  const decoder = new library.Decoder();
  const encoder = new library.Encoder(level);
  return {
    decompress(bytes, byteLength) {
      checkZstdFrames(bytes, byteLength);
      return decoder.decodeSync(asBuffer(bytes));
    },
    async decompressAsync(bytes, byteLength) {
      checkZstdFrames(bytes, byteLength);
      return decoder.decode(asBuffer(bytes));
    },
    compress: (body) => encoder.encodeSync(asBuffer(body)),
  };
}

/** Zstandard in JavaScript: only read, and many times slower. */
export function zstdInJavaScript(decompress: (bytes: Uint8Array) => Uint8Array): Codec {
  return {
    decompress(bytes, byteLength) {
      checkZstdFrames(bytes, byteLength);
      return decompress(bytes);
    },
  };
}

function asBuffer({ buffer, byteOffset, byteLength }: Uint8Array): Buffer {
  return Buffer.from(buffer, byteOffset, byteLength);
}
