import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { uncompressLz4 } from "../../src/format/codecs/lz4-block.js";
import { compressLz4 } from "../../src/format/codecs/lz4-compress.js";
import { compressible, longPage } from "./support/compressible.js";

const seed = 20_261_130;

describe(`the LZ4 compressor in JavaScript (seed ${seed})`, () => {
  test("makes blocks that decompress, and end as the format wants it, which fast decoders rely on", () => {
    fc.assert(
      fc.property(compressible, (bytes) => expectSound(bytes)),
      { seed, numRuns: 500 },
    );
    for (const byteLength of [0, 1, 4, 5, 12, 13, 14, 300, 70_000]) {
      expectSound(new Uint8Array(byteLength));
      expectSound(longPage(byteLength, 9));
    }
  });

  test("makes repeated bytes small", () => {
    expect(compressLz4(new Uint8Array(1_000_000)).byteLength).toBeLessThan(4000);
  });
});

function expectSound(bytes: Uint8Array): void {
  const block = compressLz4(bytes);
  expect(Buffer.compare(uncompressLz4(block, bytes.byteLength), bytes)).toBe(0);
  const { lastLiterals, lastMatchStart } = endOf(block);
  if (lastMatchStart === undefined) return;
  expect(lastLiterals).toBeGreaterThanOrEqual(5);
  expect(bytes.byteLength - lastMatchStart).toBeGreaterThanOrEqual(12);
}

/** How many literals the last sequence of a block has, and where in the output its last match begins. */
function endOf(block: Uint8Array): { lastLiterals: number; lastMatchStart: number | undefined } {
  let at = 0;
  let used = 0;
  let lastMatchStart: number | undefined;
  const more = (length: number): number => {
    if (length !== 15) return length;
    let byte: number;
    do {
      byte = block[at++]!;
      length += byte;
    } while (byte === 255);
    return length;
  };
  for (;;) {
    const token = block[at++]!;
    const literals = more(token >>> 4);
    at += literals;
    used += literals;
    if (at === block.byteLength) return { lastLiterals: literals, lastMatchStart };
    lastMatchStart = used;
    at += 2;
    used += more(token & 15) + 4;
  }
}
