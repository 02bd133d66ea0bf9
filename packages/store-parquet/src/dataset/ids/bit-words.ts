/** Words in a container of bits. */
export const wordsPerContainer = 2048;

/** How many bits of a 32-bit word are 1. */
export function onesIn(word: number): number {
  let count = word - ((word >>> 1) & 0x55555555);
  count = (count & 0x33333333) + ((count >>> 2) & 0x33333333);
  return Math.imul((count + (count >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}

/** Sets the bits from `first` to `last`, both included. */
export function setBitRange(words: Uint32Array, first: number, last: number): void {
  const from = first >>> 5;
  const to = last >>> 5;
  const fromMask = -1 << (first & 31);
  const toMask = -1 >>> (31 - (last & 31));
  if (from === to) {
    words[from]! |= fromMask & toMask;
    return;
  }
  words[from]! |= fromMask;
  words.fill(0xffffffff, from + 1, to);
  words[to]! |= toMask;
}

/** Clears the bits from `first` to `last`, both included. */
export function clearBitRange(words: Uint32Array, first: number, last: number): void {
  const from = first >>> 5;
  const to = last >>> 5;
  const fromMask = -1 << (first & 31);
  const toMask = -1 >>> (31 - (last & 31));
  if (from === to) {
    words[from]! &= ~(fromMask & toMask);
    return;
  }
  words[from]! &= ~fromMask;
  words.fill(0, from + 1, to);
  words[to]! &= ~toMask;
}

/** Writes the places of the bits that are 1 to `target`, ascending; returns how many. */
export function bitPlaces(words: Uint32Array, target: Uint16Array): number {
  let count = 0;
  for (let i = 0; i < words.length; i++) {
    let word = words[i]! | 0;
    while (word !== 0) {
      const lowest = word & -word;
      target[count++] = (i << 5) | (31 - Math.clz32(lowest));
      word ^= lowest;
    }
  }
  return count;
}
