import { boundsOrderOf } from "../../format/bounds-order.js";
import type { EncodedBounds, EncodedChunk, EncodedPage } from "../../format/encoded-chunk.js";
import type { Encoding } from "../../format/parquet-file-reader.js";
import { conversionOf } from "../../format/value-conversion.js";
import { boundsOf } from "../column-bounds.js";
import { renumber, spreadEntries } from "../dictionary-entries.js";
import type { DistinctEntries } from "../distinct-entries.js";
import type { ColumnMode } from "../encode-column.js";
import { converted, encodingsOf, entriesToWrite, facts, isWorthADictionary } from "../encode-flat-column.js";
import { entryBounds } from "../entry-bounds.js";
import type { GatheredRows } from "../gather-column.js";
import { indexBytes, indexPieces, presentOf, usedOf } from "../index-bodies.js";
import { allPresent, presentValues } from "../present-values.js";
import { plainBody, valueBody } from "../value-bodies.js";
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
  if (!isWorthADictionary(used)) return encodePlain(leaf, spreadEntries(dictionary.entries, rows, places));
  const entryCount = used.rows - used.nullCount;
  if (used.validity) renumber(places, used.validity);
  const values = allPresent(converted(planOf(leaf), used));
  const order = boundsOrderOf(node.leaf);
  const boundsOfUsed = order ? entryBounds(order, values, entryCount) : () => undefined;
  const width = indexBytes(entryCount);
  const pages = encodePages(
    leaf,
    () => width,
    (from, to) => {
      const present = rows.validity ? presentOf(places, rows.validity, from, to) : places.subarray(from, to);
      const bounds = present.length > 0 ? boundsOfUsed(usedOf(present, entryCount)) : undefined;
      return { encoding: "RLE_DICTIONARY", body: indexPieces(present, entryCount), bounds };
    },
  );
  const dictionaryPage = { entries: entryCount, body: plainBody(values) };
  return { ...chunkOf(leaf, pages, "PLAIN"), dictionaryPage };
}

function encodePlain(leaf: LeafToEncode, slots: GatheredRows): EncodedChunk {
  const rows = converted(planOf(leaf), slots);
  const order = boundsOrderOf(leaf.node.leaf);
  const pages = encodePages(leaf, plainCost(rows.values), (from, to, nullCount) => {
    const values = presentValues(rows, from, to, nullCount);
    const bounds = order && boundsOf(order, values, to - from - nullCount);
    return { ...valueBody(values, leaf.mode.layout), bounds };
  });
  return chunkOf(leaf, pages);
}

type PageValues = Pick<EncodedPage, "encoding" | "body" | "valueBytes"> & { bounds: EncodedBounds | undefined };

function encodePages(
  { maxRepetition, slots: { entries }, mode: { layout } }: LeafToEncode,
  costOf: SlotCost,
  encodeValues: (from: number, to: number, nullCount: number) => PageValues,
): EncodedPage[] {
  const { repetition, definition, here, slotDefinition } = entries;
  return pageSpans(repetition, definition, slotDefinition, here, costOf, layout).map((span): EncodedPage => {
    const [first, end] = span.entries;
    const [firstSlot, endSlot] = span.slots;
    const present = countPresent(definition, span, here);
    const { bounds, ...values } = encodeValues(firstSlot, endSlot, endSlot - firstSlot - present);
    return {
      firstRow: span.firstRow,
      rows: span.rows,
      entries: end - first,
      nullCount: end - first - present,
      repetitionLevels: encodeLevels(repetition, first, end, maxRepetition),
      definitionLevels: encodeLevels(definition, first, end, here),
      ...values,
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
  dictionary?: Encoding,
): EncodedChunk {
  return {
    entries: slots.entries.definition.length,
    nullCount: pages.reduce((sum, { nullCount }) => sum + nullCount, 0),
    pages,
    encodings: encodingsOf(pages, maxRepetition + slots.entries.here > 0, dictionary),
    ...facts({ leaf: node.leaf, mode: { ...mode, bloomFilter: undefined } }, pages, []),
  };
}

function planOf({ node: { field, leaf } }: LeafToEncode) {
  return { field, conversion: conversionOf(field.type, leaf) };
}
