/**
 * `count` of the numbers below `rows`, each equally likely, ascending; the same for the same seed. All of them when there
 * are no more.
 */
export function drawRows(rows: number, count: number, seed: number): Float64Array {
  if (count >= rows) return Float64Array.from({ length: rows }, (_, row) => row);
  const random = randomBelow(seed);
  // Floyd's way: one draw for each row wanted, whatever the number of rows.
  // Source: https://dl.acm.org/doi/10.1145/30401.315746 (Bentley, Floyd: A sample of brilliance)
  const isLeftOut = count > rows / 2;
  const draws = isLeftOut ? rows - count : count;
  const drawn: NumberSet = draws * 64 > rows ? bitSet(rows) : new Set<number>();
  for (let last = rows - draws; last < rows; last++) {
    const row = random(last + 1);
    drawn.add(drawn.has(row) ? last : row);
  }
  if (drawn instanceof Set && !isLeftOut) return Float64Array.from(drawn).sort();
  const kept = new Float64Array(count);
  for (let row = 0, at = 0; row < rows; row++) if (drawn.has(row) !== isLeftOut) kept[at++] = row;
  return kept;
}

interface NumberSet {
  has(number: number): boolean;
  add(number: number): unknown;
}

/** A bit for each number below a limit: for many numbers smaller than a set, and many times as fast. */
function bitSet(limit: number): NumberSet {
  const bits = new Uint8Array(Math.ceil(limit / 8));
  return {
    has: (number) => (bits[Math.floor(number / 8)]! & (1 << (number % 8))) !== 0,
    add: (number) => {
      bits[Math.floor(number / 8)]! |= 1 << (number % 8);
    },
  };
}

/**
 * Whole numbers below a limit of at most 2⁵³, from a generator of 32 bits at a time (splitmix32), without favour to the lower ones.
 *
 * Source: https://doi.org/10.1145/2660193.2660195 (Steele, Lea, Flood: Fast splittable pseudorandom number generators)
 */
function randomBelow(seed: number): (limit: number) => number {
  let state = (seed ^ Math.imul(Math.floor(seed / 2 ** 32), 0x9e37_79b1)) | 0;
  const next = (): number => {
    state = (state + 0x9e37_79b9) | 0;
    let mixed = Math.imul(state ^ (state >>> 16), 0x21f0_aaad);
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a_2d97);
    return (mixed ^ (mixed >>> 15)) >>> 0;
  };
  return (limit) => {
    const span = 2 ** 53;
    const fair = span - (span % limit);
    for (;;) {
      const value = (next() >>> 11) * 2 ** 32 + next();
      if (value < fair) return value % limit;
    }
  };
}
