/** Which rows of a column are not null: one bit a row, lowest first; `undefined` when all are valid. */
export type Validity = Uint8Array | undefined;

/** A bitmap of `length` bits, all set or all clear. Bits past the end are clear. */
export function createBitmap(length: number, set: boolean): Uint8Array {
  const bitmap = new Uint8Array((length + 7) >> 3);
  if (set) {
    bitmap.fill(0xff);
    if ((length & 7) !== 0) bitmap[bitmap.length - 1] = (1 << (length & 7)) - 1;
  }
  return bitmap;
}

export function bitAt(bitmap: Uint8Array, index: number): boolean {
  return ((bitmap[index >> 3]! >> (index & 7)) & 1) === 1;
}

/** Copies `length` bits between any two positions. The target's other bits stay. */
export function copyBits(from: Uint8Array, fromBit: number, to: Uint8Array, toBit: number, length: number): void {
  let done = 0;
  // Single bits up to a byte of the target, then whole bytes, then the rest.
  while (done < length && ((toBit + done) & 7) !== 0) done = copyBit(from, fromBit, to, toBit, done);
  const shift = (fromBit + done) & 7;
  let source = (fromBit + done) >> 3;
  let target = (toBit + done) >> 3;
  if (shift === 0) {
    const bytes = (length - done) >> 3;
    to.set(from.subarray(source, source + bytes), target);
    done += bytes * 8;
  } else {
    for (; length - done >= 8; done += 8) {
      to[target++] = (from[source]! >> shift) | (from[source + 1]! << (8 - shift));
      source++;
    }
  }
  while (done < length) done = copyBit(from, fromBit, to, toBit, done);
}

function copyBit(from: Uint8Array, fromBit: number, to: Uint8Array, toBit: number, at: number): number {
  const bit = toBit + at;
  if (bitAt(from, fromBit + at)) to[bit >> 3]! |= 1 << (bit & 7);
  else to[bit >> 3]! &= ~(1 << (bit & 7));
  return at + 1;
}

/** Clears the bits of `bitmap` that are clear in `mask`. */
export function clearMasked(bitmap: Uint8Array, mask: Uint8Array): void {
  for (let index = 0; index < bitmap.length; index++) bitmap[index]! &= mask[index]!;
}

/** Whether the first `length` bits are all set. */
export function allSet(bitmap: Uint8Array, length: number): boolean {
  const bytes = length >> 3;
  for (let index = 0; index < bytes; index++) if (bitmap[index] !== 0xff) return false;
  const rest = length & 7;
  return rest === 0 || bitmap[bytes] === (1 << rest) - 1;
}

/** The first row from `index` on whose bit is `set`, or `end`. */
export function nextBit(bitmap: Uint8Array, index: number, end: number, set: boolean): number {
  const skip = set ? 0x00 : 0xff;
  let at = index;
  while (at < end) {
    if ((at & 7) === 0 && bitmap[at >> 3] === skip) at += 8;
    else if (bitAt(bitmap, at) === set) return at;
    else at++;
  }
  return end;
}

/** Calls `visit` for every run of valid rows in `start … end`. */
export function forEachValidRun(
  validity: Validity,
  start: number,
  end: number,
  visit: (start: number, end: number) => void,
): void {
  if (validity === undefined) {
    if (start < end) visit(start, end);
    return;
  }
  let at = nextBit(validity, start, end, true);
  while (at < end) {
    const stop = nextBit(validity, at, end, false);
    visit(at, stop);
    at = nextBit(validity, stop, end, true);
  }
}
