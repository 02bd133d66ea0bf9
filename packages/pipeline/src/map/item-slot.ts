import { decodeStructured } from "@larder/core";
import type { ResultStore } from "../result-store.js";
import { itemKeys } from "./item-keys.js";
import type { ItemList } from "./item-list.js";
import { inLanes, inTurns } from "./lanes.js";

/** Entries read at the same time: enough for a slow backend, few enough for the files a process may have open. */
export const readsAtOnce = 64;

/** One of the different items of a map, and what is known of its result. Equal items have one. */
export interface ItemSlot {
  /** The first place in the list. */
  readonly index: number;
  /** `undefined`: the item can't be digested, or nobody needs it. */
  readonly itemDigest: string | undefined;
  state: "open" | "found" | "made" | "failed";
  valueDigest: string | undefined;
  costSeconds: number;
  /** When its result was stored, in milliseconds since 1970. */
  storedAt: number;
  /** The value's bytes in the structured encoding, where they are small and at hand. */
  inline: Uint8Array | undefined;
  /** Whether `value` is its value, which may be `undefined`. */
  held: boolean;
  value: unknown;
}

export function newSlot(index: number, itemDigest: string | undefined): ItemSlot {
  return {
    index,
    itemDigest,
    state: "open",
    valueDigest: undefined,
    costSeconds: 0,
    storedAt: 0,
    inline: undefined,
    held: false,
    value: undefined,
  };
}

/** The items of a map with their results, some of which may still lie in the cache. */
export interface MapSlots {
  /** What the keys have in common; `undefined`: no result is in the cache. */
  readonly base: string | undefined;
  readonly slots: readonly ItemSlot[];
  /** The slot of each item of the list. */
  readonly slotOf: Uint32Array;
}

/** Results that are listed are not there any more, or others. */
export class ItemsGone extends Error {
  constructor(readonly slots: readonly ItemSlot[]) {
    super("Results of items are gone.");
  }
}

/** The slots of a stored list; equal items have one each, for they are told apart by nothing. */
export function slotsOfList(list: ItemList): MapSlots {
  const slots: ItemSlot[] = [];
  const slotOf = new Uint32Array(list.count);
  for (let index = 0; index < list.count; index++) {
    slotOf[index] = index;
    const slot = newSlot(index, list.itemDigest(index));
    slots.push(slot);
    slot.state = "found";
    takeListed(slot, list, index);
  }
  return { base: list.base, slots, slotOf };
}

/** Takes over what a list tells of an item. */
export function takeListed(slot: ItemSlot, list: ItemList, index: number): void {
  slot.valueDigest = list.valueDigest(index);
  slot.costSeconds = list.cost(index);
  slot.storedAt = list.oldest;
  slot.inline = list.inline(index);
}

/** Reads one value, unless it is at hand. Throws {@link ItemsGone}. */
export async function readSlot(map: MapSlots, slot: ItemSlot, store: ResultStore): Promise<void> {
  if (slot.held || decodeInline(slot)) return;
  const gone = await readEntries(map, [slot], store);
  if (gone.length > 0) throw new ItemsGone(gone);
}

/** The whole list, read where it is not at hand. Throws {@link ItemsGone} when anything is missing. */
export async function readList(map: MapSlots, store: ResultStore): Promise<unknown[]> {
  const stored: ItemSlot[] = [];
  await inTurns(map.slots.length, (index) => {
    const slot = map.slots[index]!;
    if (!slot.held && !decodeInline(slot)) stored.push(slot);
  });
  if (stored.length > 0) {
    const gone = await readEntries(map, stored, store);
    if (gone.length > 0) throw new ItemsGone(gone);
  }
  return Array.from(map.slotOf, (slot) => map.slots[slot]!.value);
}

function decodeInline(slot: ItemSlot): boolean {
  if (slot.inline === undefined) return false;
  slot.value = decodeStructured(slot.inline);
  slot.held = true;
  return true;
}

/** Reads entries. Returns the slots whose entries are gone or hold another value than was told. */
async function readEntries(
  { base }: MapSlots,
  slots: readonly ItemSlot[],
  store: ResultStore,
): Promise<readonly ItemSlot[]> {
  if (base === undefined) return slots;
  const keyOf = itemKeys(base);
  const gone: ItemSlot[] = [];
  await inLanes(slots.length, readsAtOnce, async (at) => {
    const slot = slots[at]!;
    const found =
      slot.itemDigest === undefined
        ? undefined
        : await store.findItem(keyOf(slot.itemDigest), undefined, Number.POSITIVE_INFINITY);
    if (found?.read === undefined || found.record.valueDigest !== slot.valueDigest) {
      gone.push(slot);
      return;
    }
    slot.value = found.read.value;
    slot.held = true;
  });
  return gone;
}
