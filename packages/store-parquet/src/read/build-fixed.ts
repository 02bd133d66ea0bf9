import type { Int32 } from "apache-arrow";
import type { ArrowLikeType } from "../arrow/arrow-like.js";
import { widthOf } from "../arrow/type-size.js";
import { getBit } from "../format/bitmaps.js";
import { damagedParquet } from "../format/parquet-errors.js";
import { alignedTo } from "../format/value-conversion.js";
import type { BuilderTarget, ColumnBuilder } from "./column-builder.js";
import { slicedValues } from "./decode-values.js";
import { fixedReader } from "./fixed-values.js";
import { grownBytes, usedBytes } from "./grown-bytes.js";
import { validityBuilder } from "./validity-builder.js";

/** Builds columns whose values all have one width: numbers, times, decimals, bytes of fixed size. */
export function fixedBuilder({ arrow, type, leaf, rows }: BuilderTarget): ColumnBuilder {
  const arrowType: ArrowLikeType = type;
  const width = widthOf(arrowType);
  const read = fixedReader(arrowType, leaf);
  let data = new Uint8Array(rows * width);
  const validity = validityBuilder(rows);
  let entries = new Uint8Array(0);
  return {
    beginChunk(dictionary) {
      entries = dictionary ? new Uint8Array(read(dictionary, 0, dictionary.count)) : new Uint8Array(0);
    },
    append(page, from, to, first, last) {
      const at = validity.rows;
      data = grownBytes(data, (at + to - from) * width);
      const values = slicedValues(page.values);
      if (values.kind === "indices") gather(entries, values.indices.subarray(first, last), width, data, at);
      else data.set(read(values, first, last), at * width);
      if (last - first < to - from) spreadInPlace(data, width, at, from, to, last - first, page.validity!);
      validity.append(page, from, to, last - first);
    },
    // Buffers are handed over as bytes of the type's own array, whatever it is.
    finish() {
      const length = validity.rows;
      const used = usedBytes(data, length * width);
      return arrow.makeData({ type: type as Int32, length, data: used as never, ...validity.finish() });
    },
  };
}

/** Copies the entries that the indices name. */
export function gather(entries: Uint8Array, indices: Int32Array, width: number, target: Uint8Array, at: number): void {
  const count = entries.byteLength / width;
  for (let i = 0; i < indices.length; i++) {
    if (indices[i]! >>> 0 >= count) throw damagedParquet("an index has no entry in its dictionary");
  }
  const words = width % 4 === 0 ? width / 4 : 0;
  if (words > 0) {
    const source = new Int32Array(
      alignedTo(entries, 4).buffer,
      alignedTo(entries, 4).byteOffset,
      entries.byteLength / 4,
    );
    const words32 = new Int32Array(target.buffer, target.byteOffset, target.byteLength / 4);
    let to = at * words;
    if (words === 1) for (let i = 0; i < indices.length; i++) words32[to++] = source[indices[i]!]!;
    else {
      for (let i = 0; i < indices.length; i++) {
        for (let from = indices[i]! * words, word = 0; word < words; word++) words32[to++] = source[from + word]!;
      }
    }
    return;
  }
  let to = at * width;
  for (let i = 0; i < indices.length; i++) {
    for (let from = indices[i]! * width, byte = 0; byte < width; byte++) target[to++] = entries[from + byte]!;
  }
}

/** Moves values that stand side by side to the rows they belong to, from the last one down; nulls become zero. */
export function spreadInPlace(
  data: Uint8Array,
  width: number,
  at: number,
  from: number,
  to: number,
  count: number,
  validity: Uint8Array,
): void {
  const end = at + to - from;
  if (width === 4) {
    spreadSingles(new Int32Array(data.buffer, data.byteOffset, data.byteLength >>> 2), at, end, from, count, validity);
  } else if (width === 8) {
    spreadPairs(new Int32Array(data.buffer, data.byteOffset, data.byteLength >>> 2), at, end, from, count, validity);
  } else if (width === 1) spreadSingles(data, at, end, from, count, validity);
  else spreadBytes(data, width, at, end, from, count, validity);
}

// Without a branch for each row: nulls are masked. Words, never floats: copying those may change the bits of a NaN. Once as many values as
// rows are left, they stand where they belong.

function spreadSingles(
  data: Uint8Array | Int32Array,
  at: number,
  end: number,
  from: number,
  count: number,
  validity: Uint8Array,
): void {
  let source = at + count - 1;
  let target = end - 1;
  for (const shift = from - at; source >= at && source < target; target--) {
    const bit = (validity[(target + shift) >>> 3]! >>> ((target + shift) & 7)) & 1;
    data[target] = data[source]! & -bit;
    source -= bit;
  }
  if (source < at) data.fill(0, at, target + 1);
}

function spreadPairs(
  words: Int32Array,
  at: number,
  end: number,
  from: number,
  count: number,
  validity: Uint8Array,
): void {
  let source = at + count - 1;
  let target = end - 1;
  for (const shift = from - at; source >= at && source < target; target--) {
    const bit = (validity[(target + shift) >>> 3]! >>> ((target + shift) & 7)) & 1;
    words[2 * target + 1] = words[2 * source + 1]! & -bit;
    words[2 * target] = words[2 * source]! & -bit;
    source -= bit;
  }
  if (source < at) words.fill(0, 2 * at, 2 * target + 2);
}

function spreadBytes(
  data: Uint8Array,
  width: number,
  at: number,
  end: number,
  from: number,
  count: number,
  validity: Uint8Array,
): void {
  let next = at + count - 1;
  for (let row = end - 1; row >= at; row--) {
    if (getBit(validity, row - at + from)) {
      const source = next-- * width;
      if (next + 1 !== row)
        for (let byte = width - 1; byte >= 0; byte--) data[row * width + byte] = data[source + byte]!;
    } else data.fill(0, row * width, (row + 1) * width);
  }
}
