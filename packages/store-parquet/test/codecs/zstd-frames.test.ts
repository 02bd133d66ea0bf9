import { describe, expect, test } from "vitest";
import { checkZstdFrames } from "../../src/format/codecs/zstd-frames.js";
import { zstdOfRawBlocks } from "../foreign/support/compress.js";

const damaged = expect.objectContaining({ code: "damaged-parquet" });
/** A frame without a stated content, its window of 1 KiB, with these blocks. */
const frame = (...blocks: Uint8Array[]) => Buffer.concat([Uint8Array.of(0x28, 0xb5, 0x2f, 0xfd, 0, 0), ...blocks]);
/** A block of one byte repeated. */
const repeated = (count: number, isLast: boolean) => {
  const header = (count << 3) | 2 | (isLast ? 1 : 0);
  return Uint8Array.of(header & 0xff, (header >> 8) & 0xff, header >> 16, 42);
};

describe("frames of zstd, by their headers", () => {
  test("several of them, and skipped ones between, are followed to their end", () => {
    const skipped = Uint8Array.of(0x50, 0x2a, 0x4d, 0x18, 3, 0, 0, 0, 1, 2, 3);
    const bytes = Buffer.concat([frame(repeated(1000, false), repeated(24, true)), skipped, frame(repeated(5, true))]);
    expect(() => checkZstdFrames(bytes, 1029)).not.toThrow();
    expect(() => checkZstdFrames(bytes.subarray(0, -1), 1029)).toThrow(damaged);
    expect(() => checkZstdFrames(zstdOfRawBlocks(new Uint8Array(250_000)), 250_000)).not.toThrow();
  });

  test.each([
    ["nothing", new Uint8Array(0)],
    ["other bytes", Uint8Array.of(1, 2, 3, 4, 5, 6, 7)],
    ["a header cut short", frame().subarray(0, 5)],
    ["no block", frame()],
    ["no last block", frame(repeated(10, false))],
    ["a block cut short", frame(repeated(10, true)).subarray(0, 9)],
    ["a block of no known kind", frame(Uint8Array.of(7, 0, 0))],
    ["a skipped frame longer than all", Uint8Array.of(0x50, 0x2a, 0x4d, 0x18, 99, 0, 0, 0)],
    ["another content than its page", zstdOfRawBlocks(new Uint8Array(2000))],
  ])("with %s are refused", (_, bytes) => {
    expect(() => checkZstdFrames(bytes, 1000)).toThrow(damaged);
  });

  test("that may come to far more than is stated are refused, however few bytes they are", () => {
    const blocks = (count: number) => Array.from({ length: count }, (_, i) => repeated(2 ** 17, i === count - 1));
    expect(() => checkZstdFrames(frame(...blocks(513)), 1000)).toThrow(damaged);
    expect(() => checkZstdFrames(frame(...blocks(512)), 1000)).not.toThrow();
    expect(() => checkZstdFrames(frame(...blocks(513)), 2 ** 26)).not.toThrow();
  });
});
