import { type ArrowLikeData, type ArrowLikeType, ArrowTypeId } from "../../arrow/arrow-like.js";
import { type DictionaryUnion, gatherPlaces, uniteDictionaries } from "../dictionary-union.js";
import { type GatheredRows, gatherRows } from "../gather-column.js";
import { type Entries, endNulls, type OnNull, withoutDeadSlots } from "./entries.js";
import { chunkOf, countSlots } from "./slot-runs.js";
import type { WrittenLeafNode } from "./written-node.js";

/** The values of a leaf, and the entries they belong to, all nulls ended. */
export interface LeafSlots {
  readonly entries: Entries;
  /** One row for each slot; null wherever its entry has ended. */
  readonly rows: GatheredRows;
  /** Of a dictionary: the entry of each row, anything where it is null. */
  readonly indices?: {
    readonly places: Int32Array;
    readonly dictionary: DictionaryUnion;
    readonly chunks: readonly ArrowLikeData[];
  };
}

/** Gathers the slots of a leaf, whose own nulls have not been ended yet. */
export function leafSlots(node: WrittenLeafNode, entries: Entries, onNull: OnNull): LeafSlots {
  if (node.field.type.typeId === ArrowTypeId.Dictionary) return dictionarySlots(node, entries, onNull);
  let ended = endNulls(node, entries, onNull);
  // What has no rows can only be read where there are structs.
  if (ended.slots.some(({ data, to }) => to > data.length)) ended = withoutDeadSlots(ended);
  const chunks = ended.slots.map(chunkOf);
  const count = countSlots(ended.slots);
  // Without a chunk there is no type to go by.
  const { values } = count > 0 ? gatherRows(chunks, 0, count) : ({ values: { kind: "nothing" } } as const);
  return { entries: ended, rows: { rows: count, values, ...validityOf(ended, count) } };
}

/** Null entries of a dictionary are nulls like others. Indices below structs that are null may point anywhere. */
function dictionarySlots(node: WrittenLeafNode, entries: Entries, onNull: OnNull): LeafSlots {
  const live = withoutDeadSlots(entries);
  const chunks = live.slots.map(chunkOf);
  const count = countSlots(live.slots);
  const dictionary = uniteDictionaries(chunks);
  const { column, places } = gatherPlaces(chunks, dictionary, 0, count);
  const slots = [{ data: chunkWithNulls(node.field.type, column), from: 0, to: count }];
  const ended = endNulls(node, { ...live, slots }, onNull);
  return { entries: ended, rows: column, indices: { places, dictionary, chunks } };
}

/** Gathered rows as a chunk; of a dictionary without its values. */
export function chunkWithNulls(
  type: ArrowLikeType,
  { rows, nullCount, validity, values }: GatheredRows,
): ArrowLikeData {
  const chunk = { type, length: rows, offset: 0, nullCount, ...(validity && { nullBitmap: validity }) };
  return values.kind === "fixed" ? { ...chunk, values: values.bytes } : chunk;
}

/** Which slots hold a value, from the entries. */
function validityOf(
  { definition, here, slotDefinition }: Entries,
  count: number,
): { nullCount: number; validity?: Uint8Array } {
  let present = 0;
  for (let i = 0; i < definition.length; i++) if (definition[i] === here) present++;
  if (present === count) return { nullCount: 0 };
  const validity = new Uint8Array((count + 7) >>> 3);
  for (let i = 0, slot = 0; i < definition.length; i++) {
    const level = definition[i]!;
    if (level < slotDefinition) continue;
    if (level === here) validity[slot >>> 3]! |= 1 << (slot & 7);
    slot++;
  }
  return { nullCount: count - present, validity };
}
