import type { ArrowLikeData, ArrowLikeField } from "./arrow-like.js";
import { ArrowTypeId } from "./arrow-like.js";
import { boundsOf, type ColumnBounds } from "./column-bounds.js";
import { type DictionaryUnion, gatherPlaces, uniteDictionaries } from "./dictionary-union.js";
import { type EncodedPage, encodeIndexPages, encodePlainPages, plainValues } from "./encode-pages.js";
import { type GatheredRows, gatherRows, hasNulls, widthOf } from "./gather-column.js";
import type { Encoding } from "./parquet-file-reader.js";
import { bareLeaf, leafOf, type ParquetLeaf } from "./parquet-leaf.js";
import { type Conversion, conversionOf, int32sOver, int64sOver, toParquetBytes } from "./value-conversion.js";

/** How a column of a table is written, decided once for all of its rows. */
export interface ColumnPlan {
  readonly field: ArrowLikeField;
  readonly chunks: readonly ArrowLikeData[];
  readonly leaf: ParquetLeaf;
  readonly conversion: Conversion;
  /** `false` where the column holds no null at all. */
  readonly optional: boolean;
  readonly dictionary?: DictionaryUnion;
}

/** One column of one row group, before compression. */
export interface EncodedChunk {
  readonly rows: number;
  readonly nullCount: number;
  readonly dictionaryPage?: { readonly entries: number; readonly body: Uint8Array };
  readonly pages: readonly EncodedPage[];
  readonly encodings: readonly Encoding[];
  readonly bounds?: ColumnBounds;
}

/** Plans a column whose type {@link leafOf} knows. */
export function planColumn(field: ArrowLikeField, chunks: readonly ArrowLikeData[]): ColumnPlan {
  const annotated = leafOf(field.type)!;
  const leaf = fitsAsMilliseconds(field, chunks) ? annotated : bareLeaf(annotated);
  const conversion = conversionOf(field.type, leaf);
  if (field.type.typeId !== ArrowTypeId.Dictionary) {
    const optional = field.type.typeId === ArrowTypeId.Null || chunks.some(hasNulls);
    return { field, chunks, leaf, conversion, optional };
  }
  const dictionary = uniteDictionaries(chunks);
  return {
    field,
    chunks,
    leaf,
    conversion,
    dictionary,
    optional: dictionary.entries.nullCount > 0 || chunks.some(hasNulls),
  };
}

/** Encodes the rows from `start` to `end` of a planned column. */
export function encodeColumn(plan: ColumnPlan, start: number, end: number): EncodedChunk {
  if (plan.dictionary) {
    const { column, places } = gatherPlaces(plan.chunks, plan.dictionary, start, end);
    const used = usedEntries(plan.dictionary.entries, column, places);
    const entryCount = used.rows - used.nullCount;
    if (entryCount > 0 && entryCount <= 0x10000) return encodeIndices(plan, column, places, used, entryCount);
    return encodePlain(plan, spread(plan.dictionary.entries, column, places));
  }
  return encodePlain(plan, gatherRows(plan.chunks, start, end));
}

function encodePlain(plan: ColumnPlan, gathered: GatheredRows): EncodedChunk {
  const column = converted(plan, gathered);
  const pages = encodePlainPages(column, plan.optional);
  const bounds = boundsOf(
    plan.leaf,
    pages.map((page) => page.body),
  );
  const encodings: Encoding[] = plan.optional ? ["PLAIN", "RLE"] : ["PLAIN"];
  return { rows: column.rows, nullCount: column.nullCount, pages, encodings, ...(bounds && { bounds }) };
}

function encodeIndices(
  plan: ColumnPlan,
  column: GatheredRows,
  places: Int32Array,
  used: GatheredRows,
  entryCount: number,
): EncodedChunk {
  if (used.validity) renumber(places, used.validity);
  return {
    rows: column.rows,
    nullCount: column.nullCount,
    dictionaryPage: { entries: entryCount, body: plainValues(converted(plan, used)) },
    pages: encodeIndexPages(column, places, entryCount, plan.optional),
    encodings: plan.optional ? ["PLAIN", "RLE", "RLE_DICTIONARY"] : ["PLAIN", "RLE_DICTIONARY"],
  };
}

/** The entries to write with a row group: all of a small dictionary, else those the group uses; others count as null. */
function usedEntries(entries: GatheredRows, column: GatheredRows, places: Int32Array): GatheredRows {
  if (entries.rows <= 1024) return entries;
  const validity = new Uint8Array((entries.rows + 7) >>> 3);
  let count = 0;
  for (let row = 0; row < column.rows; row++) {
    if (column.validity && ((column.validity[row >>> 3]! >>> (row & 7)) & 1) === 0) continue;
    const place = places[row]!;
    const mask = 1 << (place & 7);
    if ((validity[place >>> 3]! & mask) !== 0) continue;
    validity[place >>> 3]! |= mask;
    count++;
  }
  return { rows: entries.rows, nullCount: entries.rows - count, validity, values: entries.values };
}

/** Turns places among all entries into places among those that are written. */
function renumber(places: Int32Array, written: Uint8Array): void {
  const ranks = new Int32Array(written.length * 8);
  let rank = 0;
  for (let i = 0; i < ranks.length; i++) {
    ranks[i] = rank;
    rank += (written[i >>> 3]! >>> (i & 7)) & 1;
  }
  for (let row = 0; row < places.length; row++) places[row] = ranks[places[row]!]!;
}

/** A dictionary column as plain rows, for row groups in which a dictionary gains nothing. */
function spread(entries: GatheredRows, column: GatheredRows, places: Int32Array): GatheredRows {
  const { rows, nullCount, validity } = column;
  const common = { rows, nullCount, ...(validity && { validity }) };
  const { values } = entries;
  if (values.kind === "fixed") {
    const bytes = new Uint8Array(rows * values.width);
    for (let row = 0; row < rows; row++) {
      const from = places[row]! * values.width;
      bytes.set(values.bytes.subarray(from, from + values.width), row * values.width);
    }
    return { ...common, values: { kind: "fixed", width: values.width, bytes } };
  }
  if (values.kind !== "bytes") return { ...common, values };
  const offsets = new BigInt64Array(rows + 1);
  const parts: Uint8Array[] = [];
  let total = 0;
  for (let row = 0; row < rows; row++) {
    const place = places[row]!;
    const valid = !validity || ((validity[row >>> 3]! >>> (row & 7)) & 1) === 1;
    if (valid) {
      const part = values.bytes.subarray(Number(values.offsets[place]), Number(values.offsets[place + 1]));
      parts.push(part);
      total += part.byteLength;
    }
    offsets[row + 1] = BigInt(total);
  }
  return { ...common, values: { kind: "bytes", offsets, bytes: Buffer.concat(parts, total) } };
}

function converted({ field, conversion }: ColumnPlan, column: GatheredRows): GatheredRows {
  if (conversion === "none" || column.values.kind !== "fixed") return column;
  const type = field.type.dictionary ?? field.type;
  const bytes = toParquetBytes(column.values.bytes, type, conversion, column.values.width);
  const width = conversion === "integer-width" ? 4 : column.values.width;
  return { ...column, values: { kind: "fixed", width, bytes } };
}

/** Whether the seconds of a column can be stored as milliseconds without overflow. */
function fitsAsMilliseconds(field: ArrowLikeField, chunks: readonly ArrowLikeData[]): boolean {
  const type = field.type.dictionary ?? field.type;
  const inSeconds = (type.typeId === ArrowTypeId.Timestamp || type.typeId === ArrowTypeId.Time) && type.unit === 0;
  if (!inSeconds) return true;
  const pieces = field.type.dictionary ? chunks.flatMap((chunk) => chunk.dictionary?.data ?? []) : chunks;
  return pieces.every((piece) => {
    const { values, validity, rows } = gatherRows([piece], 0, piece.length);
    if (values.kind !== "fixed" || rows === 0) return true;
    const seconds = widthOf(type) === 4 ? int32sOver(values.bytes) : int64sOver(values.bytes);
    const most = widthOf(type) === 4 ? 86_399 : 2n ** 63n / 1000n - 1n;
    const least = widthOf(type) === 4 ? 0 : -most;
    return seconds.every(
      (value: number | bigint, i: number) =>
        (validity && ((validity[i >>> 3]! >>> (i & 7)) & 1) === 0) || (value >= least && value <= most),
    );
  });
}
