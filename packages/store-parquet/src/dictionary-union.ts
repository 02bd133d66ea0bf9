import { LarderError } from "@larder/core";
import type { ArrowLikeData, ArrowLikeType, ArrowLikeVector } from "./arrow-like.js";
import { getBit } from "./bitmaps.js";
import { type GatheredRows, gatherRows } from "./gather-column.js";

/** The dictionaries of a column's chunks as one: each distinct piece once, in order of appearance. */
export interface DictionaryUnion {
  /** Every entry, null ones too. */
  readonly entries: GatheredRows;
  /** Where entry i of a chunk's dictionary stands in `entries`; -1 where the entry is null. */
  placesOf(vector: ArrowLikeVector): Int32Array;
}

/** How many entries indices of a type can tell apart. */
export function mostEntries({ bitWidth = 32, isSigned = true }: ArrowLikeType): number {
  return Math.min(2 ** (isSigned ? bitWidth - 1 : bitWidth), 2 ** 31);
}

/** Joins the dictionaries of the chunks. Batches of a stream share theirs, or the beginning of it. */
export function uniteDictionaries(chunks: readonly ArrowLikeData[]): DictionaryUnion {
  const pieces: ArrowLikeData[] = [];
  const starts = new Map<ArrowLikeData, number>();
  let size = 0;
  for (const { dictionary } of chunks) {
    for (const piece of dictionary?.data ?? []) {
      if (starts.has(piece)) continue;
      starts.set(piece, size);
      pieces.push(piece);
      size += piece.length;
    }
  }
  const entries = gatherRows(pieces, 0, size);
  const places = new Map<ArrowLikeVector, Int32Array>();
  const placesOf = (vector: ArrowLikeVector): Int32Array => {
    let known = places.get(vector);
    if (!known) {
      known = new Int32Array(vector.length);
      let at = 0;
      for (const piece of vector.data) {
        const start = starts.get(piece)!;
        for (let i = start; i < start + piece.length; i++) {
          known[at++] = entries.validity && !getBit(entries.validity, i) ? -1 : i;
        }
      }
      places.set(vector, known);
    }
    return known;
  };
  return { entries, placesOf };
}

/**
 * The rows from `start` to `end` of a dictionary column as places in the union; `validity` also counts rows that point
 * at a null entry.
 */
export function gatherPlaces(
  chunks: readonly ArrowLikeData[],
  union: DictionaryUnion,
  start: number,
  end: number,
): { column: GatheredRows; places: Int32Array } {
  const rows = end - start;
  const places = new Int32Array(rows);
  const validity = new Uint8Array((rows + 7) >>> 3);
  let nullCount = 0;
  let chunkStart = 0;
  for (const chunk of chunks) {
    const from = Math.max(start - chunkStart, 0);
    const to = Math.min(end - chunkStart, chunk.length);
    if (from < to) nullCount += placeRows(chunk, from, to, union, places, validity, chunkStart + from - start);
    chunkStart += chunk.length;
    if (chunkStart >= end) break;
  }
  const column: GatheredRows = { rows, nullCount, values: { kind: "nothing" }, ...(nullCount > 0 && { validity }) };
  return { column, places };
}

function placeRows(
  chunk: ArrowLikeData,
  from: number,
  to: number,
  union: DictionaryUnion,
  places: Int32Array,
  validity: Uint8Array,
  row: number,
): number {
  const own = gatherRows([chunk], from, to);
  if (own.values.kind !== "fixed" || !chunk.dictionary) throw badIndex();
  const indices = indicesOver(own.values.bytes, chunk.type.indices);
  const map = union.placesOf(chunk.dictionary);
  let nullCount = 0;
  for (let i = 0; i < indices.length; i++) {
    const valid = !own.validity || getBit(own.validity, i) === 1;
    const place = valid ? map[indices[i]!] : -1;
    if (place === undefined) throw badIndex();
    const at = row + i;
    if (place < 0) nullCount++;
    else {
      places[at] = place;
      validity[at >>> 3]! |= 1 << (at & 7);
    }
  }
  return nullCount;
}

function indicesOver(bytes: Uint8Array, type: ArrowLikeType | undefined): ArrayLike<number> {
  const { buffer, byteOffset, byteLength } = bytes;
  const isSigned = type?.isSigned === true;
  switch (type?.bitWidth) {
    case 8:
      return isSigned ? new Int8Array(buffer, byteOffset, byteLength) : bytes;
    case 16:
      return isSigned
        ? new Int16Array(buffer, byteOffset, byteLength / 2)
        : new Uint16Array(buffer, byteOffset, byteLength / 2);
    case 64:
      return Float64Array.from(new BigInt64Array(buffer, byteOffset, byteLength / 8), Number);
    default:
      return isSigned
        ? new Int32Array(buffer, byteOffset, byteLength / 4)
        : new Uint32Array(buffer, byteOffset, byteLength / 4);
  }
}

function badIndex(): LarderError {
  return new LarderError("A dictionary column of the table has an index without an entry. Build the table anew.", {
    code: "invalid-dictionary",
  });
}
