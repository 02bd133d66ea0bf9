// Gives each implementation of a codec mutated blocks, at once and in threads, and prints what came of them as JSON. It runs in a process
// of its own: code that is not JavaScript could end it.
// Arguments: blocks for each, seed.
import type { Codec } from "../../../src/format/codecs/codec.js";
import { longPage } from "../support/compressible.js";
import { implementations } from "../support/implementations.js";

async function main(): Promise<void> {
  const [blocks, seed] = process.argv.slice(2).map(Number) as [number, number];
  const outcomes: Record<string, Record<string, number>> = {};
  for (const { name, implementation, compress } of implementations()) {
    const random = numbers(seed);
    const stored = Array.from({ length: 20 }, (_, i) => {
      const page = longPage(Math.floor(1 + 40_000 * random() ** 3), i + 1);
      return { bytes: compress(page), byteLength: page.byteLength };
    });
    const counts: Record<string, number> = {};
    for (let i = 0; i < blocks; i++) {
      const { bytes, byteLength } = stored[i % stored.length]!;
      const found = await outcome(implementation, mutated(bytes, random), byteLength, i % 2 === 1);
      counts[found] = (counts[found] ?? 0) + 1;
    }
    outcomes[name] = counts;
  }
  process.stdout.write(JSON.stringify({ outcomes, peakMegabytes: process.resourceUsage().maxRSS / 1000 }));
}

async function outcome(codec: Codec, bytes: Uint8Array, byteLength: number, isThreaded: boolean): Promise<string> {
  try {
    const page =
      isThreaded && codec.decompressAsync
        ? await codec.decompressAsync(bytes, byteLength)
        : codec.decompress(bytes, byteLength);
    if (page.byteLength > Math.max(byteLength * 2, 2 ** 26)) return "too much";
    return page.byteLength === byteLength ? "as long as stated" : "another length";
  } catch {
    return "refused";
  }
}

/** Some bytes changed, the rest cut off, or a stretch left out; in memory of its own, so that nothing readable stands behind it. */
function mutated(bytes: Uint8Array, random: () => number): Uint8Array {
  let copy = new Uint8Array(bytes);
  for (let times = 1 + Math.floor(random() * 4); times > 0 && copy.byteLength > 0; times--) {
    // Headers and lengths stand at the front.
    const reach = random() < 0.4 ? Math.min(20, copy.byteLength) : copy.byteLength;
    const at = Math.floor(random() * reach);
    const kind = random();
    if (kind < 0.7) copy[at] = random() < 0.3 ? [0, 0xff, 0xf0, 0x0f, 0x80][Math.floor(random() * 5)]! : random() * 256;
    else if (kind < 0.85) copy = copy.slice(0, at);
    else copy = new Uint8Array([...copy.subarray(0, at), ...copy.subarray(Math.floor(random() * copy.byteLength))]);
  }
  return copy;
}

function numbers(seed: number): () => number {
  let state = seed | 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
}

main();
