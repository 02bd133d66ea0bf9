import type { DigestOutcome } from "../input-digests.js";
import type { Outcome } from "../keep-result.js";
import type { ResultStore } from "../result-store.js";
import { type ItemSlot, ItemsGone, type MapSlots, readList, readSlot } from "./item-slot.js";
import type { ItemSource, ItemValue } from "./map-items.js";

/**
 * What a map has made or found, in hand: its values are read when they are asked for.
 *
 * @param again - runs the map once more, with the values that are in hand, when others turn out to be gone
 * @param onRead - called when something was read
 */
export function mapOutcome(options: {
  readonly map: MapSlots;
  readonly store: ResultStore;
  readonly digest: DigestOutcome;
  readonly doubtful: boolean;
  readonly again: (inHand: ReadonlyMap<string, ItemSlot>) => Promise<Outcome>;
  readonly onRead: () => void;
}): Outcome {
  const { map, store, onRead } = options;
  let whole: Promise<unknown> | undefined;
  let replacing: Promise<Outcome> | undefined;
  let replaced: Outcome | undefined;

  function replace(error: unknown): Promise<Outcome> {
    if (!(error instanceof ItemsGone)) throw error;
    replacing ??= options.again(madeIn(map)).then((outcome) => {
      replaced = outcome;
      return outcome;
    });
    return replacing;
  }

  async function read(): Promise<unknown> {
    try {
      const list = await readList(map, store);
      if (replaced === undefined) onRead();
      return list;
    } catch (error) {
      return (await replace(error)).value();
    }
  }

  async function valueAt(index: number): Promise<ItemValue> {
    const slot = map.slots[map.slotOf[index]!]!;
    try {
      await readSlot(map, slot, store);
      if (replaced === undefined) onRead();
      return { value: slot.value };
    } catch (error) {
      const other = await replace(error);
      const list = (await other.value()) as readonly unknown[];
      return { value: list[index], digest: other.items?.digests[index] ?? "unknown" };
    }
  }

  function source(): ItemSource | undefined {
    const digests: string[] = [];
    for (const at of map.slotOf) {
      const { valueDigest } = map.slots[at]!;
      if (valueDigest === undefined) return undefined;
      digests.push(valueDigest);
    }
    return { count: digests.length, digests, valueAt };
  }

  let items: { readonly source: ItemSource | undefined } | undefined;
  return {
    value() {
      whole ??= read();
      return whole;
    },
    digest: () => (replaced === undefined ? options.digest : replaced.digest()),
    get doubtful() {
      return replaced === undefined ? options.doubtful : replaced.doubtful;
    },
    get items() {
      items ??= { source: source() };
      return items.source;
    },
  };
}

/** What was computed in this run, by the digests of the items. */
function madeIn({ slots }: MapSlots): ReadonlyMap<string, ItemSlot> {
  const made = new Map<string, ItemSlot>();
  for (const slot of slots) if (slot.state === "made" && slot.itemDigest !== undefined) made.set(slot.itemDigest, slot);
  return made;
}
