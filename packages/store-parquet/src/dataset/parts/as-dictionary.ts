import { type ArrowLikeData, type ArrowLikeType, ArrowTypeId } from "../../arrow/arrow-like.js";
import { getBit } from "../../format/bitmaps.js";
import { type GatheredRows, gatherRows } from "../../write/gather-column.js";
import { distinctBytes } from "./distinct-bytes.js";

/** Fewer rows gain nothing. */
const leastRows = 64;

/**
 * The same values as a dictionary column, one chunk for each of the chunks, where that makes the file smaller and looking up faster:
 * text and bytes of which each distinct value comes four times on average, and 64-bit integers that are all the same.
 */
export function asDictionary(
  type: ArrowLikeType,
  chunks: readonly ArrowLikeData[],
): readonly ArrowLikeData[] | undefined {
  const rows = chunks.reduce((sum, { length }) => sum + length, 0);
  if (rows < leastRows) return undefined;
  switch (type.typeId) {
    case ArrowTypeId.Utf8:
    case ArrowTypeId.LargeUtf8:
    case ArrowTypeId.Binary:
    case ArrowTypeId.LargeBinary:
      return textDictionary(type, chunks, rows);
    case ArrowTypeId.Int:
      return type.bitWidth === 64 ? constantDictionary(type, chunks) : undefined;
    default:
      return undefined;
  }
}

function textDictionary(
  type: ArrowLikeType,
  chunks: readonly ArrowLikeData[],
  rows: number,
): readonly ArrowLikeData[] | undefined {
  const distinct = distinctBytes(rows);
  const made: { gathered: GatheredRows; places: Int32Array }[] = [];
  for (const chunk of chunks) {
    const gathered = gatherRows([chunk], 0, chunk.length);
    const places = new Int32Array(chunk.length);
    const { values, validity } = gathered;
    if (values.kind !== "bytes") return undefined;
    const { offsets, bytes } = values;
    for (let row = 0; row < places.length; row++) {
      if (validity && getBit(validity, row) === 0) continue;
      const place = distinct.placeOf(bytes, Number(offsets[row]!), Number(offsets[row + 1]!));
      if (place < 0) return undefined;
      places[row] = place;
    }
    made.push({ gathered, places });
  }
  const { count, offsets, bytes } = distinct.entries();
  if (count === 0) return undefined;
  const isLarge = type.typeId === ArrowTypeId.LargeUtf8 || type.typeId === ArrowTypeId.LargeBinary;
  const valueOffsets = isLarge ? BigInt64Array.from(offsets, BigInt) : offsets;
  const entries = { type, length: count, offset: 0, nullCount: 0, values: bytes, valueOffsets };
  return dictionaryChunks(type, made, entries);
}

function constantDictionary(
  type: ArrowLikeType,
  chunks: readonly ArrowLikeData[],
): readonly ArrowLikeData[] | undefined {
  const gathered = chunks.filter(({ length }) => length > 0).map((chunk) => gatherRows([chunk], 0, chunk.length));
  let first: Uint8Array | undefined;
  for (const { values, validity } of gathered) {
    if (values.kind !== "fixed" || validity) return undefined;
    first ??= values.bytes.slice(0, 8);
    if (!isRepeated(values.bytes, first)) return undefined;
  }
  if (!first) return undefined;
  const made = gathered.map((one) => ({ gathered: one, places: new Int32Array(one.rows) }));
  return dictionaryChunks(type, made, { type, length: 1, offset: 0, nullCount: 0, values: first });
}

function isRepeated(bytes: Uint8Array, value: Uint8Array): boolean {
  for (let i = 0; i < bytes.byteLength; i++) if (bytes[i] !== value[i & 7]) return false;
  return true;
}

function dictionaryChunks(
  valueType: ArrowLikeType,
  made: readonly { readonly gathered: GatheredRows; readonly places: Int32Array }[],
  entries: ArrowLikeData,
): readonly ArrowLikeData[] {
  const indices = { typeId: ArrowTypeId.Int, bitWidth: 32, isSigned: true };
  const type = { typeId: ArrowTypeId.Dictionary, indices, dictionary: valueType };
  const dictionary = { length: entries.length, data: [entries] };
  return made.map(({ gathered: { rows, nullCount, validity }, places }) => ({
    type,
    length: rows,
    offset: 0,
    nullCount,
    values: places,
    ...(validity && { nullBitmap: validity }),
    dictionary,
  }));
}
