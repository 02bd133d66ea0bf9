import type { Int32 } from "apache-arrow";
import type { ArrowLikeType } from "../arrow/arrow-like.js";
import { widthOf } from "../arrow/type-size.js";
import { getBit } from "../format/bitmaps.js";
import { damagedParquet } from "../format/parquet-errors.js";
import { alignedTo } from "../format/value-conversion.js";
import type { BuilderTarget, ColumnBuilder } from "./column-builder.js";
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
      const { values } = page;
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
  if (width === 4)
    spreadWords(new Int32Array(data.buffer, data.byteOffset, data.byteLength / 4), 1, at, from, to, count, validity);
  else if (width % 8 === 0) {
    spreadWords(
      new Int32Array(data.buffer, data.byteOffset, data.byteLength / 4),
      width / 4,
      at,
      from,
      to,
      count,
      validity,
    );
  } else spreadWords(data, width, at, from, to, count, validity);
}

function spreadWords(
  data: Uint8Array | Int32Array,
  words: number,
  at: number,
  from: number,
  to: number,
  count: number,
  validity: Uint8Array,
): void {
  let next = at + count - 1;
  for (let row = to - 1; row >= from; row--) {
    const target = (at + row - from) * words;
    if (getBit(validity, row)) {
      const source = next-- * words;
      if (source !== target) for (let word = words - 1; word >= 0; word--) data[target + word] = data[source + word]!;
    } else for (let word = 0; word < words; word++) data[target + word] = 0;
  }
}
