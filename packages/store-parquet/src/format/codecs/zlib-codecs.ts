import * as zlib from "node:zlib";
import type { Codec } from "./codec.js";

/** Level 6 takes seven times as long and saves a tenth. */
const gzipLevel = 1;
/** Quality 11, which is Node's, takes a hundred times as long. */
const brotliQuality = { [zlib.constants.BROTLI_PARAM_QUALITY]: 1 };

/** Also reads several members one after the other, and the zlib header that some writers take for gzip. */
export const gzipCodec: Codec = {
  decompress: (bytes, byteLength) => zlib.unzipSync(bytes, limits(byteLength)),
  decompressAsync: (bytes, byteLength) => called((done) => zlib.unzip(bytes, limits(byteLength), done)),
  compress: (body) => zlib.gzipSync(body, { level: gzipLevel }),
};

export const brotliCodec: Codec = {
  decompress: (bytes, byteLength) => zlib.brotliDecompressSync(bytes, limits(byteLength)),
  decompressAsync: (bytes, byteLength) => called((done) => zlib.brotliDecompress(bytes, limits(byteLength), done)),
  compress: (body) => zlib.brotliCompressSync(body, { params: brotliQuality }),
};

/** Each chunk of output is a job of its own for the pool: one for a page, unless it is very large. */
export function limits(byteLength: number): { maxOutputLength: number; chunkSize: number } {
  return { maxOutputLength: Math.max(byteLength, 1), chunkSize: Math.min(Math.max(byteLength, 1024), 2 ** 20) };
}

/** A promise for what is called back. */
export function called(run: (done: (error: Error | null, result: Uint8Array) => void) => void): Promise<Uint8Array> {
  return new Promise((resolve, reject) => run((error, result) => (error ? reject(error) : resolve(result))));
}
