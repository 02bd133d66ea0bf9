import { LarderError } from "@larder/core";
import { loadCodecs, loadedCodec } from "./codecs/codec-table.js";
import type { CompressionCodec } from "./parquet-file-reader.js";

/**
 * How the pages of a file are compressed. Every one can be read wherever Larder runs; `"zstd"` can be written where a fast implementation
 * is: in Node from 22.15 on, or with the optional package `@toondepauw/node-zstd`.
 */
export type Compression = "none" | "snappy" | "lz4" | "zstd" | "gzip" | "brotli";

/** A codec as the footer names it, and what it does to the bytes of a page. */
export interface PageCompressor {
  readonly codec: CompressionCodec;
  /** Absent where nothing is compressed. */
  readonly compress?: (body: Uint8Array) => Uint8Array;
}

const codecs: Readonly<Record<Compression, CompressionCodec>> = {
  none: "UNCOMPRESSED",
  snappy: "SNAPPY",
  lz4: "LZ4_RAW",
  zstd: "ZSTD",
  gzip: "GZIP",
  brotli: "BROTLI",
};

/**
 * The compressor for an option.
 *
 * @param slowSnappy snappy in JavaScript, loaded when there is no other
 * @throws LarderError `invalid-option` for an unknown one, `unsupported-compression` for zstd where it can't be had
 */
export async function loadPageCompressor(
  compression: Compression,
  slowSnappy: () => Promise<(body: Uint8Array) => Uint8Array>,
): Promise<PageCompressor> {
  if (!Object.hasOwn(codecs, compression)) {
    const known = Object.keys(codecs).map((name) => JSON.stringify(name));
    throw new LarderError(`compression must be ${known.join(", ")}, not ${JSON.stringify(compression)}.`, {
      code: "invalid-option",
      facts: { compression },
    });
  }
  const codec = codecs[compression];
  if (compression === "none") return { codec };
  const compress = (await compressorOf(codec)) ?? (compression === "snappy" ? await slowSnappy() : undefined);
  if (compress) return { codec, compress };
  throw new LarderError(
    `Compression "${compression}" needs Node 22.15 or later, or the optional package @toondepauw/node-zstd; this is Node ${process.version}. Install one of them, or use "lz4".`,
    { code: "unsupported-compression", facts: { compression, node: process.version } },
  );
}

/** What tables that are kept and seldom read are best compressed with: zstd where it can be had, else LZ4. */
export async function coldCompression(): Promise<Compression> {
  return (await compressorOf("ZSTD")) ? "zstd" : "lz4";
}

async function compressorOf(codec: CompressionCodec): Promise<((body: Uint8Array) => Uint8Array) | undefined> {
  await loadCodecs([codec]);
  return loadedCodec(codec)?.compress;
}
