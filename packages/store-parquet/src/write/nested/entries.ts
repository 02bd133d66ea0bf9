import { ArrowTypeId } from "../../arrow/arrow-like.js";
import { getBit } from "../../format/bitmaps.js";
import { hasNulls } from "../gather-column.js";
import { raggedTable, type SlotRun, slotRuns } from "./slot-runs.js";
import type { WrittenListNode, WrittenNode } from "./written-node.js";

/**
 * The entries of a column at one place of it: a pair of levels for each row, or for each element of the lists around. An entry
 * ends above the place where something is null or empty, else it goes on; then it has a slot, which holds what is there.
 */
export interface Entries {
  readonly repetition: Uint8Array;
  readonly definition: Uint8Array;
  /** The definition level of entries that go on. */
  readonly here: number;
  /** Entries with this definition level have a slot. Those below {@link here} are of structs that are null. */
  readonly slotDefinition: number;
  readonly slots: readonly SlotRun[];
}

/** Called with the place and the entry where a null is. */
export type OnNull = (node: WrittenNode, entries: Entries, entry: number) => void;

/** The rows of a column. */
export function rowEntries(slots: readonly SlotRun[], rows: number): Entries {
  return { repetition: new Uint8Array(rows), definition: new Uint8Array(rows), here: 0, slotDefinition: 0, slots };
}

/** Ends the entries that are null at a place; an optional place takes a level. */
export function endNulls(node: WrittenNode, entries: Entries, onNull: OnNull): Entries {
  const { here, slotDefinition, slots } = entries;
  const mayEnd = slots.some(({ data, to }) => isAllNull(data) || hasNulls(data) || to > data.length);
  if (!mayEnd && !node.optional) return entries;
  const definition = new Uint8Array(entries.definition);
  const next = node.optional ? here + 1 : here;
  if (!mayEnd) {
    for (let i = 0; i < definition.length; i++) if (definition[i] === here) definition[i] = next;
    return { ...entries, definition, here: next };
  }
  let entry = 0;
  for (const { data, from, to } of slots) {
    const bitmap = hasNulls(data) ? data.nullBitmap! : undefined;
    const allNull = isAllNull(data);
    for (let slot = from; slot < to; entry++) {
      const level = definition[entry]!;
      if (level < slotDefinition) continue;
      if (level === here) {
        if (slot >= data.length) throw raggedTable(node.where);
        if (!allNull && (!bitmap || getBit(bitmap, data.offset + slot) === 1)) definition[entry] = next;
        else onNull(node, entries, entry);
      }
      slot++;
    }
  }
  return { ...entries, definition, here: next };
}

function isAllNull({ type }: SlotRun["data"]): boolean {
  return type.typeId === ArrowTypeId.Null;
}

/** The entries of the elements of lists, from those of the lists, nulls ended. */
export function elementEntries(node: WrittenListNode, lists: Entries): Entries {
  const { repetition, definition, here, slotDefinition, slots } = lists;
  const count = repetition.length;
  /** Elements of each list; -1 for an entry that has ended. */
  const lengths = new Int32Array(count).fill(-1);
  const elements = slotRuns();
  let total = count;
  let entry = 0;
  for (const { data, from, to } of slots) {
    const bounds = listBounds(node, data);
    const child = data.children?.[0];
    for (let slot = from; slot < to; entry++) {
      const level = definition[entry]!;
      if (level < slotDefinition) continue;
      if (level === here) {
        const start = bounds.start(slot);
        const end = bounds.start(slot + 1);
        if (!(start >= 0 && end >= start && (end === start || end <= (child?.length ?? 0))))
          throw raggedTable(node.where);
        lengths[entry] = end - start;
        total += Math.max(end - start - 1, 0);
        if (child) elements.add(child, start, end);
      }
      slot++;
    }
  }
  const repetitions = new Uint8Array(total);
  const definitions = new Uint8Array(total);
  let at = 0;
  for (let i = 0; i < count; i++) {
    const length = lengths[i]!;
    repetitions[at] = repetition[i]!;
    definitions[at++] = length > 0 ? here + 1 : definition[i]!;
    for (let element = 1; element < length; element++) {
      repetitions[at] = node.repetition;
      definitions[at++] = here + 1;
    }
  }
  return {
    repetition: repetitions,
    definition: definitions,
    here: here + 1,
    slotDefinition: here + 1,
    slots: elements.runs,
  };
}

function listBounds({ field }: WrittenListNode, { valueOffsets }: SlotRun["data"]): { start(slot: number): number } {
  if (field.type.typeId === ArrowTypeId.FixedSizeList) {
    const size = field.type.listSize ?? 0;
    return { start: (slot) => slot * size };
  }
  // Missing offsets become NaN, which no comparison lets through.
  if (valueOffsets instanceof Int32Array) return { start: (slot) => valueOffsets[slot] ?? Number.NaN };
  return { start: (slot) => Number(valueOffsets?.[slot] ?? Number.NaN) };
}

/** The entries of a field of structs, from those of the structs, nulls ended. */
export function fieldEntries(structs: Entries, place: number, where: string): Entries {
  const slots = structs.slots.map(({ data, from, to }): SlotRun => {
    const child = data.children?.[place];
    if (!child) throw raggedTable(where);
    return { data: child, from, to };
  });
  return { ...structs, slots };
}

/** The same entries without the slots of structs that are null. */
export function withoutDeadSlots(entries: Entries): Entries {
  const { definition, here, slotDefinition, slots } = entries;
  const live = slotRuns();
  let entry = 0;
  for (const { data, from, to } of slots) {
    for (let slot = from; slot < to; entry++) {
      const level = definition[entry]!;
      if (level < slotDefinition) continue;
      if (level === here) live.add(data, slot, slot + 1);
      slot++;
    }
  }
  return { ...entries, slotDefinition: here, slots: live.runs };
}
