/**
 * Levels `from` to `to` in Parquet's hybrid of repeated and bit-packed runs, without the length in front.
 *
 * Source: https://github.com/apache/parquet-format/blob/master/Encodings.md#run-length-encoding--bit-packing-hybrid-rle--3
 *
 * @param most the highest level the column has, 0 to 255; nothing is written when it is 0
 */
export function encodeLevels(levels: Uint8Array, from: number, to: number, most: number): Uint8Array {
  if (most === 0) return new Uint8Array(0);
  const bitWidth = 32 - Math.clz32(most);
  // Packed groups, and a header of up to five bytes for every eight levels at most.
  const bytes = new Uint8Array(Math.ceil(((to - from) * bitWidth) / 8) + ((to - from) >>> 3) * 6 + bitWidth + 16);
  let at = 0;
  const varint = (value: number): void => {
    let rest = value;
    for (; rest > 0x7f; rest >>>= 7) bytes[at++] = (rest & 0x7f) | 0x80;
    bytes[at++] = rest;
  };
  const pack = (start: number, end: number): void => {
    if (start === end) return;
    const groups = (end - start + 7) >>> 3;
    varint((groups << 1) | 1);
    let held = 0;
    let bits = 0;
    for (let i = start; i < start + groups * 8; i++) {
      held |= (i < end ? levels[i]! : 0) << bits;
      for (bits += bitWidth; bits >= 8; bits -= 8) {
        bytes[at++] = held;
        held >>>= 8;
      }
    }
  };
  let packedFrom = from;
  for (let start = from; start < to; ) {
    const level = levels[start]!;
    let end = start + 1;
    while (end < to && levels[end] === level) end++;
    // Packed levels come in groups of eight: the group that has begun takes from the run what it lacks.
    const repeatedFrom = start + ((8 - ((start - packedFrom) & 7)) & 7);
    if (end - repeatedFrom >= 8) {
      pack(packedFrom, repeatedFrom);
      varint((end - repeatedFrom) << 1);
      bytes[at++] = level;
      packedFrom = end;
    }
    start = end;
  }
  pack(packedFrom, to);
  return bytes.slice(0, at);
}
