import { boundsOrderOf } from "../../format/bounds-order.js";
import type { EncodedBounds, EncodedChunk, EncodedPage } from "../../format/encoded-chunk.js";
import type { Encoding } from "../../format/parquet-file-reader.js";
import { conversionOf } from "../../format/value-conversion.js";
import { boundsOfPlain } from "../column-bounds.js";
import { renumber, spreadEntries } from "../dictionary-entries.js";
import type { DistinctEntries } from "../distinct-entries.js";
import type { ColumnMode } from "../encode-column.js";
import { converted, entriesToWrite, facts } from "../encode-flat-column.js";
import { encodePlainValues, indexBody, indexBytes, plainBody, presentOf } from "../encode-pages.js";
import { entryBounds } from "../entry-bounds.js";
import type { GatheredRows } from "../gather-column.js";
import { encodeLevels } from "./encode-levels.js";
import type { LeafSlots } from "./leaf-slots.js";
import { type PageSpan, pageSpans, plainCost, type SlotCost } from "./page-spans.js";
import type { WrittenLeafNode } from "./written-node.js";

/** A leaf of a nested column, with what its chunk is made of. */
export interface LeafToEncode {
  readonly node: WrittenLeafNode;
  readonly maxRepetition: number;
  readonly slots: LeafSlots;
  readonly mode: ColumnMode;
  /** Counts the entries of its dictionary over all row groups. */
  readonly distinctEntries?: DistinctEntries | undefined;
}

/** Encodes the chunk of one leaf. */
export function encodeLeaf(leaf: LeafToEncode): EncodedChunk {
  const { node, slots } = leaf;
  const { indices, rows } = slots;
  if (!indices) return encodePlain(leaf, rows);
  const { places, dictionary } = indices;
  const used = entriesToWrite(node, dictionary, rows, places);
  leaf.distinctEntries?.add(used);
  const entryCount = used.rows - used.nullCount;
  if (entryCount === 0 || entryCount > 0x10000)
    return encodePlain(leaf, spreadEntries(dictionary.entries, rows, places));
  if (used.validity) renumber(places, used.validity);
  const body = encodePlainValues(converted(planOf(leaf), used));
  const order = boundsOrderOf(node.leaf);
  const boundsOf = order ? entryBounds(order, body, entryCount) : () => undefined;
  const width = indexBytes(entryCount);
  const pages = encodePages(
    leaf,
    "RLE_DICTIONARY",
    () => width,
    (from, to) => {
      const present = rows.validity ? presentOf(places, rows.validity, from, to) : places.subarray(from, to);
      return { body: indexBody(present, entryCount), bounds: boundsOf(present) };
    },
  );
  return { ...chunkOf(leaf, pages, [body]), dictionaryPage: { entries: entryCount, body } };
}

function encodePlain(leaf: LeafToEncode, slots: GatheredRows): EncodedChunk {
  const rows = converted(planOf(leaf), slots);
  const order = boundsOrderOf(leaf.node.leaf);
  const pages = encodePages(leaf, "PLAIN", plainCost(rows.values), (from, to, nullCount) => {
    const body = plainBody(rows, from, to, nullCount);
    return { body, bounds: order && boundsOfPlain(order, body, to - from - nullCount) };
  });
  return chunkOf(
    leaf,
    pages,
    pages.map(({ body }) => body),
  );
}

function encodePages(
  { maxRepetition, slots: { entries } }: LeafToEncode,
  encoding: Encoding,
  costOf: SlotCost,
  encodeValues: (
    from: number,
    to: number,
    nullCount: number,
  ) => { body: Uint8Array; bounds: EncodedBounds | undefined },
): EncodedPage[] {
  const { repetition, definition, here, slotDefinition } = entries;
  return pageSpans(repetition, definition, slotDefinition, here, costOf).map((span): EncodedPage => {
    const [first, end] = span.entries;
    const [firstSlot, endSlot] = span.slots;
    const present = countPresent(definition, span, here);
    const { body, bounds } = encodeValues(firstSlot, endSlot, endSlot - firstSlot - present);
    return {
      firstRow: span.firstRow,
      rows: span.rows,
      entries: end - first,
      nullCount: end - first - present,
      encoding,
      repetitionLevels: encodeLevels(repetition, first, end, maxRepetition),
      definitionLevels: encodeLevels(definition, first, end, here),
      body,
      ...(bounds && { bounds }),
    };
  });
}

function countPresent(definition: Uint8Array, { entries: [from, to] }: PageSpan, maxDefinition: number): number {
  let present = 0;
  for (let i = from; i < to; i++) if (definition[i] === maxDefinition) present++;
  return present;
}

function chunkOf(
  { node, maxRepetition, slots, mode }: LeafToEncode,
  pages: readonly EncodedPage[],
  values: readonly Uint8Array[],
): EncodedChunk {
  const encodings = new Set<Encoding>(["PLAIN", ...pages.map(({ encoding }) => encoding)]);
  if (maxRepetition + slots.entries.here > 0) encodings.add("RLE");
  return {
    entries: slots.entries.definition.length,
    nullCount: pages.reduce((sum, { nullCount }) => sum + nullCount, 0),
    pages,
    encodings: [...encodings],
    ...facts({ leaf: node.leaf, mode: { ...mode, bloomFilter: undefined } }, pages, values),
  };
}

function planOf({ node: { field, leaf } }: LeafToEncode) {
  return { field, conversion: conversionOf(field.type, leaf) };
}
