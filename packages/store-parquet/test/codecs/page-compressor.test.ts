import { describe, expect, test } from "vitest";
import { decompress } from "../../src/format/decompress.js";
import { type Compression, coldCompression, loadPageCompressor } from "../../src/format/page-compressor.js";
import { longPage } from "./support/compressible.js";

const unused = () => Promise.reject(new Error("the slow snappy is not needed here"));

describe("the compressor for an option", () => {
  test.each([
    ["snappy", "SNAPPY"],
    ["lz4", "LZ4_RAW"],
    ["zstd", "ZSTD"],
    ["gzip", "GZIP"],
    ["brotli", "BROTLI"],
  ] as const)("%s is the codec %s, and its pages are read back", async (compression, name) => {
    const { codec, compress } = await loadPageCompressor(compression, unused);
    expect(codec).toBe(name);
    const page = longPage(100_000, 3);
    const stored = compress!(page);
    expect(stored.byteLength).toBeLessThan(page.byteLength);
    expect(Buffer.compare(decompress(stored, page.byteLength, codec), page)).toBe(0);
  });

  test("none compresses nothing", async () => {
    expect(await loadPageCompressor("none", unused)).toEqual({ codec: "UNCOMPRESSED" });
  });

  test.each(["lzo", "compact", "toString"])("%s is refused, and what there is is named", async (compression) => {
    await expect(loadPageCompressor(compression as Compression, unused)).rejects.toMatchObject({
      code: "invalid-option",
      message: expect.stringContaining('"none", "snappy", "lz4", "zstd", "gzip", "brotli"'),
    });
  });

  test("for cold tables is zstd here, where it can be had", async () => {
    expect(await coldCompression()).toBe("zstd");
  });
});
