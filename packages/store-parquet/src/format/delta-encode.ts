/** Values of a block, and how many parts it has: what every writer uses, so that every reader knows them. */
const blockValues = 128;
const miniblocks = 4;
const miniblockValues = blockValues / miniblocks;

/**
 * Lengths in DELTA_BINARY_PACKED, as they stand before the bytes of a DELTA_LENGTH_BYTE_ARRAY page. Each miniblock has 0, 8, 16 or 32
 * bits for a value, the same in all of a block: whole bytes are packed and unpacked many times faster than the narrowest bits.
 *
 * Source: https://github.com/apache/parquet-format/blob/master/Encodings.md#delta-encoding-delta_binary_packed--5
 *
 * @param offsets value i is `offsets[i + 1] - offsets[i]`; never descending, not negative; at least one
 */
export function packLengths(offsets: Int32Array): Uint8Array {
  const count = offsets.length - 1;
  const most = 32 + count * 4 + Math.ceil(count / blockValues) * (5 + miniblocks + blockValues * 4);
  const target = scratchOf(most);
  let at = putVarint(target, 0, blockValues);
  at = putVarint(target, at, miniblocks);
  at = putVarint(target, at, count);
  let before = count > 0 ? offsets[1]! - offsets[0]! : 0;
  at = putZigzag(target, at, before);
  const alike = alikeUntil(offsets, before);
  let start = 1;
  for (; start < count && Math.min(start + blockValues, count) <= alike; start += blockValues) {
    // The least difference is 0, and so are the widths.
    target.fill(0, at, at + 1 + miniblocks);
    at += 1 + miniblocks;
  }
  for (; start < count; start += blockValues) {
    const end = Math.min(start + blockValues, count);
    at = packBlock(offsets, start, end, before, target, at);
    before = offsets[end]! - offsets[end - 1]!;
  }
  return target.slice(0, at);
}

/** How many values, from the first on, have the same length. */
function alikeUntil(offsets: Int32Array, length: number): number {
  let i = 1;
  for (let end = offsets[0]!; i < offsets.length; i++) {
    end += length;
    if (offsets[i] !== end) break;
  }
  return i - 1;
}

/** Differences of a block, used again and again. */
const deltas = new Int32Array(blockValues);

function packBlock(
  offsets: Int32Array,
  start: number,
  end: number,
  lengthBefore: number,
  target: Uint8Array,
  from: number,
): number {
  let before = lengthBefore;
  let least = 0x7fff_ffff;
  let greatest = -0x8000_0000;
  let offset = offsets[start]!;
  for (let i = start, j = 0; i < end; i++, j++) {
    const next = offsets[i + 1]!;
    const length = next - offset;
    const delta = length - before;
    offset = next;
    before = length;
    deltas[j] = delta;
    if (delta < least) least = delta;
    if (delta > greatest) greatest = delta;
  }
  let at = putZigzag(target, from, least);
  const used = Math.ceil((end - start) / miniblockValues);
  const width = widthOf(greatest - least);
  // Miniblocks that no value needs take no bytes, whatever width is stated; readers want 0.
  for (let i = 0; i < miniblocks; i++) target[at++] = i < used ? width : 0;
  if (width === 0) return at;
  const packed = used * miniblockValues;
  for (let j = end - start; j < packed; j++) deltas[j] = least;
  if (width === 8) for (let j = 0; j < packed; j++) target[at++] = deltas[j]! - least;
  else if (width === 16) {
    for (let j = 0; j < packed; j++) {
      const above = deltas[j]! - least;
      target[at++] = above;
      target[at++] = above >>> 8;
    }
  } else {
    for (let j = 0; j < packed; j++) {
      const above = deltas[j]! - least;
      target[at++] = above;
      target[at++] = above >>> 8;
      target[at++] = above >>> 16;
      target[at++] = above >>> 24;
    }
  }
  return at;
}

/** Bits for numbers from 0 to `most`, below 2³². */
function widthOf(most: number): number {
  if (most === 0) return 0;
  if (most < 0x100) return 8;
  return most < 0x1_0000 ? 16 : 32;
}

function putZigzag(target: Uint8Array, at: number, value: number): number {
  return putVarint(target, at, ((value << 1) ^ (value >> 31)) >>> 0);
}

/** Writes a number below 2³² in groups of seven bits, the lowest first. Returns where it ends. */
export function putVarint(target: Uint8Array, at: number, value: number): number {
  let end = at;
  let rest = value;
  for (; rest > 0x7f; rest >>>= 7) target[end++] = (rest & 0x7f) | 0x80;
  target[end++] = rest;
  return end;
}

/** Memory that is used for page after page: fresh memory would cost more than the packing. */
let scratch = new Uint8Array(0);

const mostKept = 2 ** 20;

function scratchOf(byteLength: number): Uint8Array {
  if (byteLength <= scratch.byteLength) return scratch;
  const made = new Uint8Array(byteLength);
  if (byteLength <= mostKept) scratch = made;
  return made;
}
