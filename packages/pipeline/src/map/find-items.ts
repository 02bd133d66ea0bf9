import { encodeStructured, structuredCodec } from "@larder/core";
import type { ResultStore } from "../result-store.js";
import { itemKeys } from "./item-keys.js";
import type { ItemList } from "./item-list.js";
import { type ItemSlot, readsAtOnce, takeListed } from "./item-slot.js";
import { inLanes } from "./lanes.js";

/** A value of more bytes stands in its entry alone. */
export const inlineAtMost = 1024;

/** Takes over from the list of an earlier run what it tells of the same items. Reads nothing. */
export function findInList(slots: readonly ItemSlot[], list: ItemList): void {
  // Most often little has changed: what is at the same place needs no look-up, and neither does its place.
  const taken = new Uint8Array(list.count);
  const moved = new Map<string, ItemSlot>();
  for (const slot of slots) {
    const { itemDigest, index } = slot;
    if (slot.state !== "open" || itemDigest === undefined) continue;
    if (index < list.count && list.itemDigest(index) === itemDigest) {
      take(slot, list, index);
      taken[index] = 1;
    } else moved.set(itemDigest, slot);
  }
  for (let place = 0; place < list.count && moved.size > 0; place++) {
    if (taken[place] === 1) continue;
    const itemDigest = list.itemDigest(place);
    const slot = moved.get(itemDigest);
    if (slot === undefined) continue;
    take(slot, list, place);
    moved.delete(itemDigest);
  }
}

function take(slot: ItemSlot, list: ItemList, place: number): void {
  slot.state = "found";
  takeListed(slot, list, place);
}

/**
 * Looks the results of items up by their keys. Reads their records; of small ones the value, for it will stand in the
 * list.
 *
 * @param readsAll - whether all values are wanted
 */
export async function findEntries(
  slots: readonly ItemSlot[],
  options: {
    readonly base: string;
    readonly store: ResultStore;
    readonly ttlSeconds: number | undefined;
    readonly readsAll: boolean;
    readonly onFound: (slot: ItemSlot) => void;
  },
): Promise<void> {
  const { store, ttlSeconds, readsAll } = options;
  const keyOf = itemKeys(options.base);
  const open = slots.filter(({ state, itemDigest }) => state === "open" && itemDigest !== undefined);
  await inLanes(open.length, readsAtOnce, async (at) => {
    const slot = open[at]!;
    const found = await store.findItem(
      keyOf(slot.itemDigest!),
      ttlSeconds,
      readsAll ? Number.POSITIVE_INFINITY : inlineAtMost,
    );
    if (found === undefined) return;
    const { record, read } = found;
    if (record.valueDigest === undefined || (readsAll && read === undefined)) return;
    slot.state = "found";
    slot.valueDigest = record.valueDigest;
    slot.costSeconds = record.costSeconds ?? 0;
    slot.storedAt = record.createdAt;
    if (read !== undefined) {
      slot.value = read.value;
      slot.held = true;
      slot.inline = inlineBytes(read.value, record);
    }
    options.onFound(slot);
  });
}

/** The bytes of a small value that its codec would have made too. */
export function inlineBytes(
  value: unknown,
  { codec, byteLength }: { readonly codec: string; readonly byteLength: number },
): Uint8Array | undefined {
  if (codec !== structuredCodec.name || byteLength > inlineAtMost) return undefined;
  return encodeStructured(value);
}
