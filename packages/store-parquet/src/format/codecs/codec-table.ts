import { createRequire } from "node:module";
import type { CompressionCodec } from "../parquet-file-reader.js";
import type { Codec } from "./codec.js";
import { uncompressHadoopLz4 } from "./lz4-block.js";
import { lz4Codec } from "./lz4-codec.js";
import { optionalPackage } from "./optional-package.js";
import { snappyCodec } from "./snappy-codec.js";
import { brotliCodec, gzipCodec } from "./zlib-codecs.js";
import { nodeZstd, type ZstdLibrary, zstdInJavaScript, zstdOfLibrary, zstdOfNode } from "./zstd-codec.js";

const require = createRequire(import.meta.url);

/** Codecs by their names in the format; each takes the fastest implementation that is there. */
const loaders: Partial<Record<CompressionCodec, () => Codec | Promise<Codec>>> = {
  UNCOMPRESSED: () => ({ decompress: (bytes) => bytes }),
  SNAPPY: () => snappyCodec(optionalPackage(() => require("snappy"))),
  GZIP: () => gzipCodec,
  BROTLI: () => brotliCodec,
  // Only old writers made it, so nothing is done for its speed.
  LZ4: () => ({ decompress: uncompressHadoopLz4 }),
  LZ4_RAW: () => lz4Codec(optionalPackage(() => require("lz4-napi"))),
  ZSTD: async () => {
    const node = nodeZstd();
    if (node) return zstdOfNode(node);
    const library = optionalPackage<ZstdLibrary>(() => require("@toondepauw/node-zstd"));
    if (library) return zstdOfLibrary(library);
    const { compressors } = await import("hyparquet-compressors");
    return zstdInJavaScript((bytes) => compressors.ZSTD!(bytes, 0));
  },
};

const loaded = new Map<CompressionCodec, Codec>();

/** Loads what these codecs need; to be awaited before pages are read. Those nobody knows are passed over. */
export async function loadCodecs(names: Iterable<CompressionCodec>): Promise<void> {
  for (const name of new Set(names)) {
    const load = loaders[name];
    if (load && !loaded.has(name)) loaded.set(name, await load());
  }
}

/** A codec that has been loaded, if there is such a one. */
export function loadedCodec(name: CompressionCodec): Codec | undefined {
  return loaded.get(name);
}
