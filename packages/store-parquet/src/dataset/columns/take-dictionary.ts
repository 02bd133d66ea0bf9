import { LarderError } from "@larder/core";
import type { Data, Dictionary, Vector } from "apache-arrow";
import { type ArrowLikeType, ArrowTypeId } from "../../arrow/arrow-like.js";
import type { Arrow } from "../../arrow/load-arrow.js";
import { nestedKind } from "../../arrow/nested-kind.js";
import { mostEntries, widthOf } from "../../arrow/type-size.js";
import { typeText } from "../../arrow/type-text.js";
import { getBit } from "../../format/bitmaps.js";
import { badIndex, type GatheredRows, gatherRows, raggedColumn } from "../../write/gather-column.js";
import { fixedMemory, validityMemory } from "./column-memory.js";
import { isLongArray, numberArrayOf, numberMemory } from "./number-memory.js";
import type { Picks } from "./picks.js";
import type { Validity } from "./take-bits.js";
import { takeColumn } from "./take-column.js";
import { takeFixed } from "./take-fixed.js";

/**
 * Rows of dictionary columns. Where all sources have one dictionary, the answer has it too; else its dictionary holds what its
 * rows need, each value once.
 *
 * @throws LarderError `dictionary-too-large` when that is more than the indices of the type can count
 */
export function takeDictionary(
  arrow: Arrow,
  type: Dictionary,
  sources: readonly Data[],
  picks: Picks,
  validity: Validity,
): Data {
  const indexType = type.indices as ArrowLikeType;
  const width = widthOf(indexType);
  const dictionary = sources[0]?.dictionary;
  if (dictionary && sources.every((source) => isSameDictionary(source.dictionary, dictionary))) {
    const indices = takeFixed(
      sources.map((source) => fixedMemory(source, width)),
      picks,
      width,
    );
    return arrow.makeData({ type, length: picks.length, ...validity, data: indices as never, dictionary });
  }
  return uniteRows(arrow, type, sources, picks, validity);
}

function isSameDictionary(left: Vector | undefined, right: Vector): boolean {
  if (left === right) return true;
  return left?.data.length === right.data.length && left.data.every((piece, i) => piece === right.data[i]);
}

/**
 * The rows of a dictionary column as rows of its dictionary's pieces.
 *
 * @throws LarderError `invalid-dictionary`; `dictionary-too-large` for more than 65,536 pieces
 */
export function entryPicks(data: Data): { readonly pieces: readonly Data[]; readonly picks: Picks } {
  const indices = indicesOf(data);
  const nulls = validityMemory(data);
  const pieces: readonly Data[] = data.dictionary?.data ?? [];
  refuseManyPieces(pieces, data.type);
  const starts = startsOf(pieces);
  const total = starts.at(-1)!;
  const row = new Int32Array(data.length).fill(-1);
  const source = pieces.length > 1 ? new Uint16Array(data.length) : undefined;
  for (let i = 0; i < data.length; i++) {
    if (nulls && getBit(nulls.bytes, nulls.offset + i) === 0) continue;
    const index = indices[i]!;
    if (!(index >= 0 && index < total)) throw badIndex();
    const piece = source ? pieceOf(starts, index) : 0;
    if (source) source[i] = piece;
    row[i] = index - starts[piece]!;
  }
  return { pieces, picks: { length: data.length, row, ...(source && { source }) } };
}

function uniteRows(arrow: Arrow, type: Dictionary, sources: readonly Data[], picks: Picks, validity: Validity): Data {
  const { length, source, row } = picks;
  const indexType = type.indices as ArrowLikeType;
  const most = mostEntries(indexType);
  const union = entryUnion(type.dictionary as ArrowLikeType);
  const places = new Float64Array(length);
  const nullBitmap = new Uint8Array((length + 7) >>> 3);
  const own = sources.map((data) => ({ indices: indicesOf(data), entries: union.entriesOf(data.dictionary) }));
  let nullCount = 0;
  for (let i = 0; i < length; i++) {
    if (row[i]! < 0 || (validity.nullBitmap && getBit(validity.nullBitmap, i) === 0)) {
      nullCount++;
      continue;
    }
    const { indices, entries } = own[source ? source[i]! : 0]!;
    const place = entries(indices[row[i]!]!);
    if (place < 0) nullCount++;
    else {
      places[i] = place;
      nullBitmap[i >>> 3]! |= 1 << (i & 7);
    }
  }
  const { pieces, picks: entries } = union.picks();
  refuseManyPieces(pieces, type);
  if (entries.length > most) throw tooLarge(type, entries.length);
  const values = takeColumn(arrow, type.dictionary, pieces, entries);
  return arrow.makeData({
    type,
    length,
    nullCount,
    ...(nullCount > 0 && { nullBitmap }),
    data: indexArray(places, indexType) as never,
    dictionary: new arrow.Vector([values]),
  });
}

/** Numbers the entries of several dictionaries as they are met, those of the same bytes alike. */
function entryUnion(valueType: ArrowLikeType) {
  const isFlat = !nestedKind(valueType) && valueType.typeId !== ArrowTypeId.Dictionary;
  if (!isFlat || valueType.typeId === ArrowTypeId.Bool || valueType.typeId === ArrowTypeId.Null) {
    throw new LarderError(
      `Dictionaries of ${typeText(valueType)} that differ can't be joined. Use a dictionary of strings, bytes or numbers.`,
      { code: "unstorable-table" },
    );
  }
  const placeOfKey = new Map<string, number>();
  const pieces: Data[] = [];
  const pieceNumbers = new Map<Data, number>();
  const sourceOf: number[] = [];
  const rowOf: number[] = [];
  const known = new Map<Vector | undefined, (index: number) => number>();

  const numberOf = (piece: Data): number => {
    const number = pieceNumbers.get(piece) ?? pieces.length;
    if (number === pieces.length) pieces.push(piece);
    pieceNumbers.set(piece, number);
    return number;
  };

  const makeEntries = (dictionary: Vector | undefined): ((index: number) => number) => {
    const own: readonly Data[] = dictionary?.data ?? [];
    const starts = startsOf(own);
    const total = starts.at(-1)!;
    const gathered: (GatheredRows | undefined)[] = [];
    const unmet = -2;
    const places = new Int32Array(total).fill(unmet);
    return (index) => {
      if (!(index >= 0 && index < total)) throw badIndex();
      if (places[index] !== unmet) return places[index]!;
      const number = pieceOf(starts, index);
      const piece = own[number]!;
      gathered[number] ??= gatherRows([piece], 0, piece.length);
      const key = keyOf(gathered[number], index - starts[number]!);
      let place = key === undefined ? -1 : placeOfKey.get(key);
      if (place === undefined) {
        place = placeOfKey.size;
        placeOfKey.set(key!, place);
        sourceOf.push(numberOf(piece));
        rowOf.push(index - starts[number]!);
      }
      places[index] = place;
      return place;
    };
  };

  return {
    /** The number of an entry of a dictionary; -1 when it is null. */
    entriesOf(dictionary: Vector | undefined): (index: number) => number {
      const entries = known.get(dictionary) ?? makeEntries(dictionary);
      known.set(dictionary, entries);
      return entries;
    },
    /** Where the entries are, in the order of their numbers. */
    picks(): { pieces: readonly Data[]; picks: Picks } {
      const picks = { length: rowOf.length, source: Uint16Array.from(sourceOf), row: Int32Array.from(rowOf) };
      return { pieces, picks };
    },
  };
}

function keyOf({ values, validity }: GatheredRows, row: number): string | undefined {
  if (validity && getBit(validity, row) === 0) return undefined;
  if (values.kind === "fixed") {
    const { bytes, width } = values;
    return latin1(bytes, row * width, (row + 1) * width);
  }
  if (values.kind !== "bytes") return undefined;
  return latin1(values.bytes, Number(values.offsets[row]), Number(values.offsets[row + 1]));
}

function latin1({ buffer, byteOffset, byteLength }: Uint8Array, start: number, end: number): string {
  if (!(start >= 0 && end >= start && end <= byteLength)) throw raggedColumn();
  return Buffer.from(buffer, byteOffset + start, end - start).toString("latin1");
}

function indicesOf(data: Data): ArrayLike<number> {
  const indices = numberMemory(data, (data.type as Dictionary).indices)!;
  return isLongArray(indices) ? Float64Array.from(indices as ArrayLike<bigint>, Number) : indices;
}

function indexArray(places: Float64Array, type: ArrowLikeType): ArrayBufferView {
  const indices = new (numberArrayOf(type)!)(places.length);
  if (!isLongArray(indices)) indices.set(places);
  else for (let i = 0; i < places.length; i++) indices[i] = BigInt(places[i]!);
  return indices;
}

/** Where each piece begins, and after the last one the number of all entries. */
function startsOf(pieces: readonly Data[]): number[] {
  const starts = [0];
  for (const piece of pieces) starts.push(starts.at(-1)! + piece.length);
  return starts;
}

function pieceOf(starts: readonly number[], index: number): number {
  let piece = 0;
  while (index >= starts[piece + 1]!) piece++;
  return piece;
}

/** Picks count sources, which the pieces of dictionaries become, in 16 bits. */
function refuseManyPieces({ length: pieces }: readonly Data[], dictionary: ArrowLikeType): void {
  if (pieces <= 2 ** 16) return;
  const type = typeText(dictionary);
  throw new LarderError(
    `The dictionaries of a column of type ${type} are in ${pieces} pieces, more than 65,536. Build the table anew with fewer, or use plain values.`,
    { code: "dictionary-too-large", facts: { type, pieces } },
  );
}

function tooLarge(type: Dictionary, entries: number): LarderError {
  return new LarderError(
    `A column of type ${typeText(type as ArrowLikeType)} would have ${entries} dictionary entries, more than its indices can count. Use wider indices, or plain values.`,
    { code: "dictionary-too-large", facts: { type: typeText(type as ArrowLikeType), entries } },
  );
}
