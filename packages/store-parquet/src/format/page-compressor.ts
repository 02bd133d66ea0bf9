import * as zlib from "node:zlib";
import { LarderError } from "@larder/core";
import type { CompressionCodec } from "./parquet-file-reader.js";

/**
 * How the pages of a file are compressed. `"compact"` is zstd where Node has it (from 22.15 on), else snappy; `"zstd"` needs such
 * a Node.
 */
export type Compression = "none" | "snappy" | "zstd" | "gzip" | "compact";

/** A codec as the footer names it, and what it does to the bytes of a page. */
export interface PageCompressor {
  readonly codec: CompressionCodec;
  /** Absent where nothing is compressed. */
  readonly compress?: (body: Uint8Array) => Uint8Array;
}

/**
 * The compressor for an option.
 *
 * @param snappy the implementation of snappy, loaded when it is needed
 * @throws LarderError `invalid-option` for an unknown one, `unsupported-compression` for zstd where Node lacks it
 */
export async function loadPageCompressor(
  compression: Compression,
  snappy: () => Promise<(body: Uint8Array) => Uint8Array>,
): Promise<PageCompressor> {
  switch (compression) {
    case "none":
      return { codec: "UNCOMPRESSED" };
    case "snappy":
      return { codec: "SNAPPY", compress: await snappy() };
    case "gzip":
      // Level 6 takes seven times as long and saves a tenth.
      return { codec: "GZIP", compress: (body) => zlib.gzipSync(body, { level: 1 }) };
    case "zstd": {
      const compress = nativeZstd();
      if (compress) return { codec: "ZSTD", compress };
      throw new LarderError(
        `Compression "zstd" needs Node 22.15 or later; this is ${process.version}. Use "compact", which is zstd where Node has it and snappy elsewhere.`,
        { code: "unsupported-compression", facts: { compression, node: process.version } },
      );
    }
    case "compact": {
      const compress = nativeZstd();
      return compress ? { codec: "ZSTD", compress } : { codec: "SNAPPY", compress: await snappy() };
    }
    default:
      throw new LarderError(
        `compression must be "none", "snappy", "zstd", "gzip" or "compact", not ${JSON.stringify(compression)}.`,
        { code: "invalid-option", facts: { compression } },
      );
  }
}

/** Zstandard at level 1, where this Node has it. */
function nativeZstd(): ((body: Uint8Array) => Uint8Array) | undefined {
  const { zstdCompressSync, constants } = zlib as typeof zlib & {
    readonly zstdCompressSync?: (body: Uint8Array, options: object) => Uint8Array;
  };
  const level = (constants as { readonly ZSTD_c_compressionLevel?: number }).ZSTD_c_compressionLevel;
  if (!zstdCompressSync || level === undefined) return undefined;
  return (body) => zstdCompressSync(body, { params: { [level]: 1 } });
}
