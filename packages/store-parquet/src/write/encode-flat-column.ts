import { LarderError } from "@larder/core";
import type { ArrowLikeData, ArrowLikeField } from "../arrow/arrow-like.js";
import { ArrowTypeId } from "../arrow/arrow-like.js";
import { typeText } from "../arrow/type-text.js";
import { getBit } from "../format/bitmaps.js";
import { bloomFilterOf } from "../format/bloom-filter.js";
import { boundsOrderOf } from "../format/bounds-order.js";
import type { EncodedChunk, EncodedPage } from "../format/encoded-chunk.js";
import type { Indices } from "../format/indices-below.js";
import type { Encoding } from "../format/parquet-file-reader.js";
import { bareLeaf, leafOf, type ParquetLeaf } from "../format/parquet-leaf.js";
import { type Conversion, conversionOf, toParquetBytes } from "../format/value-conversion.js";
import { bloomHashes } from "./bloom-hashes.js";
import { joinedBounds } from "./column-bounds.js";
import { renumber, spreadEntries, usedEntries } from "./dictionary-entries.js";
import {
  type DictionaryUnion,
  gatherPlaces,
  indicesAsTheyAre,
  mostWholeEntries,
  uniteDictionaries,
} from "./dictionary-union.js";
import type { ColumnMode, ColumnPlan } from "./encode-column.js";
import { encodeIndexPages, encodeValuePages, type PageMode } from "./encode-pages.js";
import { entryBounds } from "./entry-bounds.js";
import { fitsAsMilliseconds } from "./fits-as-milliseconds.js";
import { type GatheredRows, gatherRows, hasNulls } from "./gather-column.js";
import { allPresent, type PresentValues } from "./present-values.js";
import { plainBody } from "./value-bodies.js";

/** A flat column: one leaf. */
interface FlatPlan {
  readonly field: ArrowLikeField;
  readonly chunks: readonly ArrowLikeData[];
  readonly mode: ColumnMode;
  readonly leaf: ParquetLeaf;
  readonly conversion: Conversion;
  /** `false` where the column holds no null at all. */
  readonly optional: boolean;
  readonly dictionary?: DictionaryUnion;
}

/** Plans a column whose type {@link leafOf} knows. */
export function planFlatColumn(field: ArrowLikeField, chunks: readonly ArrowLikeData[], mode: ColumnMode): ColumnPlan {
  const leaf = storedLeaf(field, chunks, mode);
  const dictionary = field.type.typeId === ArrowTypeId.Dictionary ? uniteDictionaries(chunks) : undefined;
  const optional =
    field.type.typeId === ArrowTypeId.Null ||
    (mode.nullability === "declared"
      ? field.nullable
      : chunks.some(hasNulls) || (dictionary?.entries.nullCount ?? 0) > 0);
  const conversion = conversionOf(field.type, leaf);
  const plan: FlatPlan = { field, chunks, mode, leaf, conversion, optional, ...(dictionary && { dictionary }) };
  const { name } = field;
  return {
    elements: [{ ...leaf, name, repetition_type: optional ? "OPTIONAL" : "REQUIRED" }],
    leaves: [{ path: [name], leaf }],
    encode: async (start, end) => [await encodeRows(plan, start, end)],
  };
}

/** Seconds that milliseconds can't hold are stored as bare numbers, where all of them are known beforehand. */
export function storedLeaf(
  field: ArrowLikeField,
  chunks: readonly ArrowLikeData[],
  { nullability }: ColumnMode,
): ParquetLeaf {
  const { name, type } = field;
  const annotated = leafOf(type)!;
  if (fitsAsMilliseconds(type, chunks)) return annotated;
  if (nullability === "found") return bareLeaf(annotated);
  throw new LarderError(
    `Column ${JSON.stringify(name)} of type ${typeText(type)} has a value that milliseconds can't hold, and Parquet has no seconds. Use another unit, or store the table whole instead of as a stream.`,
    { code: "unstorable-table", facts: { column: name } },
  );
}

async function encodeRows(plan: FlatPlan, start: number, end: number): Promise<EncodedChunk> {
  const { dictionary, mode } = plan;
  if (!dictionary) return encodePlain(plan, refuseNulls(plan, gatherRows(plan.chunks, start, end), start));
  const own = indicesAsTheyAre(plan.field.type, plan.chunks, dictionary, start, end);
  if (own) {
    refuseNulls(plan, own.column, start);
    mode.distinctEntries?.add(dictionary.entries);
    return encodeIndices(plan, own.column, own.indices, dictionary.entries);
  }
  const { column, places } = gatherPlaces(plan.chunks, dictionary, start, end);
  refuseNulls(plan, column, start);
  const used = entriesToWrite(plan, dictionary, column, places);
  mode.distinctEntries?.add(used);
  if (!isWorthADictionary(used)) return encodePlain(plan, spreadEntries(dictionary.entries, column, places));
  if (used.validity) renumber(places, used.validity);
  return encodeIndices(plan, column, places, used);
}

function refuseNulls({ field: { name }, optional, mode }: FlatPlan, column: GatheredRows, start: number): GatheredRows {
  if (optional || !column.validity || column.nullCount === 0) return column;
  let row = 0;
  while (getBit(column.validity, row) === 1) row++;
  row += mode.rowsBefore + start;
  throw new LarderError(
    `Column ${JSON.stringify(name)} is declared not nullable and has a null in row ${row}. Declare it nullable, or leave the row out.`,
    { code: "null-in-required-column", facts: { column: name, row } },
  );
}

async function encodePlain(plan: FlatPlan, gathered: GatheredRows): Promise<EncodedChunk> {
  const { pages, values } = await encodeValuePages(converted(plan, gathered), pageMode(plan), boundsOrderOf(plan.leaf));
  const { rows: entries, nullCount } = gathered;
  return { entries, nullCount, pages, encodings: encodingsOf(pages, plan.optional), ...facts(plan, pages, values) };
}

async function encodeIndices(
  plan: FlatPlan,
  column: GatheredRows,
  indices: Indices,
  used: GatheredRows,
): Promise<EncodedChunk> {
  const values = allPresent(converted(plan, used));
  const entryCount = used.rows - used.nullCount;
  const order = boundsOrderOf(plan.leaf);
  const boundsOfUsed = order ? entryBounds(order, values, entryCount) : () => undefined;
  const pages = await encodeIndexPages(column, indices, entryCount, pageMode(plan), boundsOfUsed);
  return {
    entries: column.rows,
    nullCount: column.nullCount,
    dictionaryPage: { entries: entryCount, body: plainBody(values) },
    pages,
    encodings: encodingsOf(pages, plan.optional, "PLAIN"),
    ...facts(plan, pages, [values]),
  };
}

function pageMode({ optional, mode: { layout } }: FlatPlan): PageMode {
  return { optional, layout };
}

/** Whether entries that are not null can be a dictionary: there are some, and indices of 16 bits count them. */
export function isWorthADictionary({ rows, nullCount }: GatheredRows): boolean {
  return rows > nullCount && rows - nullCount <= 0x10000;
}

/** The encodings that a chunk says it has; `dictionary` is that of its dictionary page. */
export function encodingsOf(pages: readonly EncodedPage[], hasLevels: boolean, dictionary?: Encoding): Encoding[] {
  const encodings = new Set(pages.map(({ encoding }) => encoding));
  if (dictionary) encodings.add(dictionary);
  if (hasLevels) encodings.add("RLE");
  return [...encodings];
}

/** The entries to write with a row group: all of a single small dictionary, else those the group uses; others count as null. */
export function entriesToWrite(
  { field }: Pick<FlatPlan, "field">,
  { entries, isOne }: DictionaryUnion,
  column: GatheredRows,
  places: Int32Array,
): GatheredRows {
  return isOne && entries.rows <= mostWholeEntries(field.type) ? entries : usedEntries(entries, column, places);
}

/** What is said of a chunk besides its pages. */
export function facts(
  { leaf, mode }: Pick<FlatPlan, "leaf" | "mode">,
  pages: readonly EncodedPage[],
  values: readonly PresentValues[],
): Pick<EncodedChunk, "bounds" | "bloomFilter"> {
  const order = boundsOrderOf(leaf);
  const bounds = order && joinedBounds(order, pages);
  const { bloomFilter: asked } = mode;
  const bloomFilter = asked && bloomFilterOf(bloomHashes(leaf, values, asked.hash), asked.falsePositiveRate);
  return { ...(bounds && { bounds }), ...(bloomFilter && { bloomFilter }) };
}

/** Arrow values as Parquet stores them. */
export function converted(
  { field, conversion }: Pick<FlatPlan, "field" | "conversion">,
  column: GatheredRows,
): GatheredRows {
  if (conversion === "none" || column.values.kind !== "fixed") return column;
  const type = field.type.dictionary ?? field.type;
  const bytes = toParquetBytes(column.values.bytes, type, conversion, column.values.width);
  const width = conversion === "integer-width" ? 4 : column.values.width;
  return { ...column, values: { kind: "fixed", width, bytes } };
}
