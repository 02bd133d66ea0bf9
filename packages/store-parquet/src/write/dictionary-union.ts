import type { ArrowLikeData, ArrowLikeType, ArrowLikeVector } from "../arrow/arrow-like.js";
import { mostEntries } from "../arrow/type-size.js";
import { getBit } from "../format/bitmaps.js";
import { badIndex, eachValue, type GatheredRows, gatherRows } from "./gather-column.js";
import { indexBytes } from "./index-bodies.js";

/** The dictionaries of a column's chunks as one, in order of appearance. */
export interface DictionaryUnion {
  /** Every entry of every dictionary. */
  readonly entries: GatheredRows;
  /** Whether no two chunks have dictionaries of their own: then no entry is there twice for that. */
  readonly isOne: boolean;
  /** Where entry i of a chunk's dictionary stands in `entries`, the first place of those with the same bytes; -1 where it is null. */
  placesOf(vector: ArrowLikeVector): Int32Array;
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
  const firstPlaces = pieces.length > 1 ? firstPlacesOf(entries) : undefined;
  const places = new Map<ArrowLikeVector, Int32Array>();
  const placesOf = (vector: ArrowLikeVector): Int32Array => {
    let known = places.get(vector);
    if (!known) {
      known = new Int32Array(vector.length);
      let at = 0;
      for (const piece of vector.data) {
        const start = starts.get(piece)!;
        for (let i = start; i < start + piece.length; i++) {
          known[at++] = entries.validity && !getBit(entries.validity, i) ? -1 : (firstPlaces?.[i] ?? i);
        }
      }
      places.set(vector, known);
    }
    return known;
  };
  return { entries, isOne: pieces.length <= 1, placesOf };
}

/** For each entry that is not null the first one with the same bytes: batches made on their own repeat each other's entries. */
function firstPlacesOf(entries: GatheredRows): Int32Array {
  const firstPlaces = new Int32Array(entries.rows);
  const known = new Map<string, number>();
  eachValue(entries, (bytes, start, end, i) => {
    if (entries.validity && getBit(entries.validity, i) === 0) return;
    const key = Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start).toString("latin1");
    const first = known.get(key);
    if (first === undefined) known.set(key, i);
    firstPlaces[i] = first ?? i;
  });
  return firstPlaces;
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

/** Dictionaries of up to so many entries are written whole, used or not. */
export function mostWholeEntries(type: ArrowLikeType): number {
  return Math.min(1024, mostEntries(type.indices!));
}

/**
 * The indices of the rows from `start` to `end` as they lie in memory, where a page would hold the same bytes: there is one dictionary,
 * written whole and without nulls, and its indices are as wide as its size wants them. Whether they lie within the dictionary is
 * still to be checked. `undefined` where they have to be made.
 *
 * @param type that of the column
 */
export function indicesAsTheyAre(
  type: ArrowLikeType,
  chunks: readonly ArrowLikeData[],
  { entries, isOne }: DictionaryUnion,
  start: number,
  end: number,
): { column: GatheredRows; indices: Uint8Array | Uint16Array } | undefined {
  const { bitWidth = 32 } = type.indices ?? {};
  if (!isOne || entries.nullCount > 0 || entries.rows === 0 || entries.rows > mostWholeEntries(type)) return undefined;
  // A negative index, seen without its sign, is beyond what such indices can count: it is found with the others that have no entry.
  if (bitWidth !== 8 * indexBytes(entries.rows)) return undefined;
  const { values, ...column } = gatherRows(chunks, start, end);
  if (values.kind !== "fixed") return undefined;
  const { buffer, byteOffset, byteLength } = values.bytes;
  if (bitWidth === 16 && byteOffset % 2 !== 0) return undefined;
  const indices = bitWidth === 8 ? values.bytes : new Uint16Array(buffer, byteOffset, byteLength / 2);
  return { column: { ...column, values: { kind: "nothing" } }, indices };
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
