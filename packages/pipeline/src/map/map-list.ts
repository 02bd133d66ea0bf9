import type { BlobRecord } from "@larder/core";
import { type DigestOutcome, digestValue } from "../input-digests.js";
import { mapValueDigest } from "./item-keys.js";
import { type ItemList, type ListedItem, makeItemList } from "./item-list.js";
import type { ItemSlot, MapSlots } from "./item-slot.js";

/** Bytes of values that stand in a list, in all. */
const inlineInAll = 16 * 1024 * 1024;

/** The list of a map whose items all have results with digests; `undefined` when one has not. */
export function listOf({ base, slots, slotOf }: MapSlots): ItemList | undefined {
  if (base === undefined) return undefined;
  let oldest = Number.POSITIVE_INFINITY;
  for (const { itemDigest, valueDigest, storedAt } of slots) {
    if (itemDigest === undefined || valueDigest === undefined) return undefined;
    if (storedAt < oldest) oldest = storedAt;
  }
  let room = inlineInAll;
  const items = Array.from(slotOf, (at): ListedItem => {
    const { itemDigest, valueDigest, costSeconds, inline } = slots[at] as ItemSlot & ListedItem;
    const fits = inline !== undefined && inline.byteLength <= room;
    if (fits) room -= inline.byteLength;
    return { itemDigest, valueDigest, costSeconds, inline: fits ? inline : undefined };
  });
  return makeItemList(base, items, slots.length === 0 ? 0 : oldest);
}

/** The digest of a map's value; where an item's value has none, the path to why. */
export function digestOfMap(map: MapSlots, list: ItemList | undefined, output: string): DigestOutcome {
  if (list !== undefined) return { digest: mapValueDigest(list.valueDigests) };
  const { slots, slotOf } = map;
  const without = slots.find(({ valueDigest }) => valueDigest === undefined);
  if (without !== undefined) {
    const refused = digestValue(without.value, `${output}[${without.index}]`);
    if (refused.digest === undefined) return refused;
  }
  const digests = Buffer.alloc(slotOf.length * 32);
  for (const [index, at] of slotOf.entries()) digests.write(slots[at]!.valueDigest!, index * 32, "hex");
  return { digest: mapValueDigest(digests) };
}

/** Whether a list that is not too old may stand for items that are looked for now: whether they are stored alike. */
export function isOfUse(
  record: BlobRecord,
  list: ItemList,
  wanted: { readonly base: string; readonly tags: readonly string[] | undefined },
): boolean {
  if (list.base !== wanted.base) return false;
  // Who evicts by a tag means every copy of a result.
  return JSON.stringify(record.tags ?? []) === JSON.stringify(wanted.tags ?? []);
}
