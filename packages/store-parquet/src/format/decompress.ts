import { brotliDecompressSync, unzipSync } from "node:zlib";
import { checkAllocation } from "./allocation-limit.js";
import { uncompressHadoopLz4, uncompressLz4 } from "./lz4.js";
import { damagedParquet, parsing, unsupportedParquet } from "./parquet-errors.js";
import type { CompressionCodec } from "./parquet-file-reader.js";
import { uncompressSnappy } from "./snappy.js";
import { checkZstdFrame } from "./zstd-frame.js";

type Decompressor = (bytes: Uint8Array, byteLength: number) => Uint8Array;

const decompressors: Partial<Record<CompressionCodec, Decompressor>> = {
  UNCOMPRESSED: (bytes) => bytes,
  SNAPPY: uncompressSnappy,
  // Also several members one after the other, and the zlib header that some writers take for gzip.
  GZIP: (bytes, byteLength) => unzipSync(bytes, { maxOutputLength: Math.max(byteLength, 1) }),
  BROTLI: (bytes, byteLength) => brotliDecompressSync(bytes, { maxOutputLength: Math.max(byteLength, 1) }),
  LZ4: uncompressHadoopLz4,
  LZ4_RAW: uncompressLz4,
};

/** Loads what decompressing these codecs needs; to be awaited before pages are read. */
export async function loadCodecs(codecs: Iterable<CompressionCodec>): Promise<void> {
  for (const codec of codecs) if (codec === "ZSTD") decompressors.ZSTD ??= await loadZstd();
}

/** Node has zstd from 22.15 on, several times faster than what hyparquet-compressors brings. */
async function loadZstd(): Promise<Decompressor> {
  const zlib = (await import("node:zlib")) as {
    zstdDecompressSync?: (bytes: Uint8Array, options: { maxOutputLength: number }) => Uint8Array;
  };
  const native = zlib.zstdDecompressSync;
  const other = native ? undefined : (await import("hyparquet-compressors")).compressors.ZSTD;
  return (bytes, byteLength) => {
    checkZstdFrame(bytes, byteLength);
    return native ? native(bytes, { maxOutputLength: Math.max(byteLength, 1) }) : other!(bytes, byteLength);
  };
}

/**
 * The bytes of a page as they were before compression.
 *
 * @param byteLength how many that must be
 * @throws LarderError `damaged-parquet` when they are not, `unsupported-parquet` for another codec, by its name
 */
export function decompress(bytes: Uint8Array, byteLength: number, codec: CompressionCodec | undefined): Uint8Array {
  const decompressor = codec && decompressors[codec];
  if (!decompressor) throw unsupportedParquet(`pages compressed with ${codec ?? "a codec without a name"}`, { codec });
  checkAllocation(byteLength, "a page");
  const page = parsing(`a page compressed with ${codec}`, { codec }, () => decompressor(bytes, byteLength));
  if (page.byteLength !== byteLength) {
    throw damagedParquet("a page does not decompress to the bytes it states", { byteLength, found: page.byteLength });
  }
  return page;
}
