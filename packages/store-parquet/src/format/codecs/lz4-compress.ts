/** Log2 of how many places are remembered. */
const tableBits = 14;
/** A match does not begin in the last twelve bytes, and ends before the last five. */
const lastMatch = 12;
const lastLiterals = 5;
const longestDistance = 0xffff;

/**
 * Compresses to an LZ4 block: greedy, each four bytes looked for where they were last seen. What does not compress is passed over
 * faster and faster.
 *
 * Source: https://github.com/lz4/lz4/blob/dev/doc/lz4_Block_format.md
 */
export function compressLz4(input: Uint8Array): Uint8Array {
  const length = input.byteLength;
  const output = new Uint8Array(length + Math.ceil(length / 255) + 16);
  /** For the hash of four bytes, one more than where they were last seen. */
  const seen = new Int32Array(1 << tableBits);
  const end = length - lastMatch;
  let used = 0;
  let literals = 0;
  let at = 0;
  let misses = 0;
  while (at <= end) {
    const four = fourAt(input, at);
    const hash = Math.imul(four, 0x9e3779b1) >>> (32 - tableBits);
    const before = seen[hash]! - 1;
    seen[hash] = at + 1;
    if (before < 0 || at - before > longestDistance || fourAt(input, before) !== four) {
      at += 1 + (misses++ >>> 6);
      continue;
    }
    misses = 0;
    let stop = at + 4;
    for (let from = before + 4; stop < length - lastLiterals && input[stop] === input[from]; from++) stop++;
    used = putLiterals(output, used, input, literals, at, stop - at - 4);
    output[used++] = at - before;
    output[used++] = (at - before) >>> 8;
    if (stop - at - 4 >= 15) used = putLength(output, used, stop - at - 4);
    at = stop;
    literals = stop;
  }
  return output.subarray(0, putLiterals(output, used, input, literals, length, 0));
}

/** A token and the literals behind it; returns where they end. */
function putLiterals(
  output: Uint8Array,
  start: number,
  input: Uint8Array,
  from: number,
  to: number,
  matchLength: number,
): number {
  const count = to - from;
  output[start] = (Math.min(count, 15) << 4) | Math.min(matchLength, 15);
  const used = count >= 15 ? putLength(output, start + 1, count) : start + 1;
  output.set(input.subarray(from, to), used);
  return used + count;
}

/** What of a length the four bits of a token do not hold. */
function putLength(output: Uint8Array, start: number, length: number): number {
  let used = start;
  let rest = length - 15;
  for (; rest >= 255; rest -= 255) output[used++] = 255;
  output[used++] = rest;
  return used;
}

function fourAt(bytes: Uint8Array, at: number): number {
  return bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24);
}
