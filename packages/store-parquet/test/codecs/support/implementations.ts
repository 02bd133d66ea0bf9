import { createRequire } from "node:module";
import { compressors } from "hyparquet-compressors";
import type { Codec } from "../../../src/format/codecs/codec.js";
import { lz4Codec } from "../../../src/format/codecs/lz4-codec.js";
import { optionalPackage } from "../../../src/format/codecs/optional-package.js";
import { snappyCodec } from "../../../src/format/codecs/snappy-codec.js";
import { brotliCodec, gzipCodec } from "../../../src/format/codecs/zlib-codecs.js";
import { nodeZstd, zstdInJavaScript, zstdOfLibrary, zstdOfNode } from "../../../src/format/codecs/zstd-codec.js";
import { compress } from "../../foreign/support/compress.js";

const require = createRequire(import.meta.url);

/** One way to do a codec, whichever of them is used on this platform. */
export interface Implementation {
  /** As the format names the codec. */
  readonly codec: string;
  readonly name: string;
  readonly implementation: Codec;
  /** Makes its blocks, by itself or by a plain compressor of the tests. */
  readonly compress: (bytes: Uint8Array) => Uint8Array;
}

/** Every implementation there is here: with the optional packages, and as if they were missing. */
export function implementations(): Implementation[] {
  const node = nodeZstd();
  const all: [codec: string, name: string, implementation: Codec][] = [
    ["SNAPPY", "snappy", snappyCodec(required("snappy"))],
    ["SNAPPY", "snappy in JavaScript", snappyCodec(undefined)],
    ["LZ4_RAW", "lz4-napi", lz4Codec(required("lz4-napi"))],
    ["LZ4_RAW", "lz4 in JavaScript", lz4Codec(undefined)],
    ["ZSTD", "node-zstd", zstdOfLibrary(required("@toondepauw/node-zstd"))],
    ["ZSTD", "zstd in JavaScript", zstdInJavaScript((bytes) => compressors.ZSTD!(bytes, 0))],
    ["GZIP", "gzip", gzipCodec],
    ["BROTLI", "brotli", brotliCodec],
  ];
  if (node) all.push(["ZSTD", "zstd of Node", zstdOfNode(node)]);
  return all.map(([codec, name, implementation]) => ({
    codec,
    name,
    implementation,
    compress: implementation.compress ?? compress[codec]!,
  }));
}

/** Where the tests run the optional packages are there; without one they would show nothing. */
function required<Library>(name: string): Library {
  const library = optionalPackage<Library>(() => require(name));
  if (!library) throw new Error(`${name} is not installed here`);
  return library;
}
