/** Bitmaps as Arrow and Parquet both have them: least significant bit first, 1 for a value, 0 for a null. */

/** Copies `count` bits; bits of the last target byte beyond them stay as they were. */
export function copyBits(
  source: Uint8Array,
  sourceBit: number,
  target: Uint8Array,
  targetBit: number,
  count: number,
): void {
  let done = 0;
  if ((targetBit & 7) === 0) {
    const shift = sourceBit & 7;
    const from = sourceBit >>> 3;
    const to = targetBit >>> 3;
    const whole = count >>> 3;
    if (shift === 0) target.set(source.subarray(from, from + whole), to);
    else {
      for (let i = 0; i < whole; i++) {
        target[to + i] = (source[from + i]! >>> shift) | (source[from + i + 1]! << (8 - shift));
      }
    }
    done = whole << 3;
  }
  for (; done < count; done++) {
    const from = sourceBit + done;
    const to = targetBit + done;
    const mask = 1 << (to & 7);
    if ((source[from >>> 3]! >>> (from & 7)) & 1) target[to >>> 3]! |= mask;
    else target[to >>> 3]! &= ~mask;
  }
}

/** Sets `count` bits from `start` to 1. */
export function setBits(target: Uint8Array, start: number, count: number): void {
  let bit = start;
  const end = start + count;
  while (bit < end && (bit & 7) !== 0) setBit(target, bit++);
  const whole = (end - bit) >>> 3;
  if (whole > 0) target.fill(0xff, bit >>> 3, (bit >>> 3) + whole);
  for (bit += whole * 8; bit < end; bit++) setBit(target, bit);
}

/** How many of `count` bits from `start` are 1. */
export function countBits(bitmap: Uint8Array, start: number, count: number): number {
  let total = 0;
  let bit = start;
  const end = start + count;
  while (bit < end && (bit & 7) !== 0) total += getBit(bitmap, bit++);
  let at = bit >>> 3;
  const last = end >>> 3;
  for (; at + 4 <= last; at += 4) {
    total += onesOf(bitmap[at]! | (bitmap[at + 1]! << 8) | (bitmap[at + 2]! << 16) | (bitmap[at + 3]! << 24));
  }
  for (; at < last; at++) total += onesOf(bitmap[at]!);
  bit = Math.max(bit, at * 8);
  while (bit < end) total += getBit(bitmap, bit++);
  return total;
}

/** One bit, 0 or 1. */
export function getBit(bitmap: Uint8Array, index: number): number {
  return (bitmap[index >>> 3]! >>> (index & 7)) & 1;
}

function setBit(bitmap: Uint8Array, index: number): void {
  bitmap[index >>> 3]! |= 1 << (index & 7);
}

/** How many bits of a word are 1: counted in pairs, then fours, then bytes, which are summed up by one product. */
function onesOf(word: number): number {
  let counts = word - ((word >>> 1) & 0x55555555);
  counts = (counts & 0x33333333) + ((counts >>> 2) & 0x33333333);
  return Math.imul((counts + (counts >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}
