import type { DatasetIds } from "@larder/core";
import type { IdSet } from "./ids/id-set.js";
import { idSetOf } from "./ids/make-id-set.js";
import { placesOfIds } from "./ids/places-of-ids.js";
import { keysOfTexts, type TextKey } from "./text-keys.js";

/** The ids of a request, each once, numbered: its slots. Numbers are numbered as they ascend, texts as they come. */
export interface WantedIds {
  readonly count: number;
  /** The keys of all; two texts may have one. */
  readonly keys: IdSet;
  /** The slot of each row of the answer; absent: row `n` has slot `n`. */
  readonly slotOfRow: Int32Array | undefined;
  /** The place in `keys` of each slot's key; absent: slot `n` has the n-th. */
  readonly rankOfSlot: Int32Array | undefined;
  /** The ids by slot; absent for numbers, where they are `keys`. */
  readonly texts: readonly string[] | undefined;
  /** The slots of other ids; −1 for those not wanted. */
  slotsOf(ids: DatasetIds): Int32Array;
}

export function wantedIds(ids: DatasetIds, textKey: TextKey): WantedIds {
  return ids instanceof BigInt64Array ? wantedNumbers(ids) : wantedTexts(ids, textKey);
}

function wantedNumbers(ids: BigInt64Array): WantedIds {
  const keys = idSetOf(ids);
  const places = placesOfIds(keys, ids);
  return {
    count: keys.size,
    keys,
    slotOfRow: isCounting(places) ? undefined : places,
    rankOfSlot: undefined,
    texts: undefined,
    slotsOf: (others) => placesOfIds(keys, others as BigInt64Array),
  };
}

function wantedTexts(ids: readonly string[], textKey: TextKey): WantedIds {
  const slots = new Map<string, number>();
  const slotOfRow = new Int32Array(ids.length);
  for (let i = 0; i < ids.length; i++) {
    const id = ids[i]!;
    let slot = slots.get(id);
    if (slot === undefined) {
      slot = slots.size;
      slots.set(id, slot);
    }
    slotOfRow[i] = slot;
  }
  const texts = [...slots.keys()];
  const own = keysOfTexts(texts, textKey);
  const keys = idSetOf(own);
  return {
    count: texts.length,
    keys,
    slotOfRow: slots.size === ids.length ? undefined : slotOfRow,
    rankOfSlot: placesOfIds(keys, own),
    texts,
    slotsOf: (others) => Int32Array.from(others as readonly string[], (text) => slots.get(text) ?? -1),
  };
}

function isCounting(places: Int32Array): boolean {
  for (let i = 0; i < places.length; i++) if (places[i] !== i) return false;
  return true;
}
