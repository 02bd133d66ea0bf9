import fc from "fast-check";

/** Bytes with repetitions near and far, and long stretches without. */
export const compressible: fc.Arbitrary<Uint8Array> = fc
  .array(
    fc.oneof(
      fc.uint8Array({ maxLength: 400 }),
      fc
        .tuple(fc.uint8Array({ minLength: 1, maxLength: 6 }), fc.nat(300))
        .map(([unit, times]) => Buffer.concat(new Array<Uint8Array>(times).fill(unit))),
    ),
    { maxLength: 8 },
  )
  .map((parts) => new Uint8Array(Buffer.concat(parts)));

/** A long page, with lengths and distances of every size; `salt` makes it another one. */
export function longPage(byteLength: number, salt: number): Uint8Array {
  const bytes = new Uint8Array(byteLength);
  let state = salt | 1;
  for (let i = 0; i < byteLength; i++) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) | 0;
    const isRepeat = (i >>> 9) % 3 === 0 && i >= 5000;
    bytes[i] = isRepeat ? bytes[i - 5000]! : (i >>> 12) % 4 === 1 ? salt : state >>> 24;
  }
  return bytes;
}
