import type { SetOptions } from "@larder/core";
import type { ResultStore } from "../result-store.js";
import { textOf } from "../text-of-error.js";
import { inlineBytes } from "./find-items.js";
import type { ItemSlot } from "./item-slot.js";

/** Results that are written together: they share commits. */
const itemsPerBatch = 256;
/** Batches under way before whoever computes has to wait. */
const batchesAtOnce = 4;

/** Why results were not stored, and how many. */
export interface NotStored {
  readonly code: "undigestable-item" | "uncacheable-value" | "doubtful-result" | "backend-failed";
  /** Half a sentence on the first of them. */
  readonly why: string;
  count: number;
}

/** Stores the results of items in batches, while others are computed. */
export interface ItemStorer {
  /** Takes a result over; resolves when there is room for more. */
  add(slot: ItemSlot): Promise<void>;
  /** Counts a result that must not be stored. */
  refuse(why: string): void;
  /** Waits until all are stored, or can't be. */
  finish(): Promise<void>;
  readonly notStored: readonly NotStored[];
}

export function storeItems(options: {
  readonly store: ResultStore;
  readonly keyOf: (itemDigest: string) => string;
  readonly settings: SetOptions;
  /** Why nothing that is finished now must be stored. */
  readonly doubtOfAll: () => Promise<string | undefined>;
  /** Why this one must not be stored. */
  readonly doubtOf: ((index: number) => Promise<string | undefined>) | undefined;
}): ItemStorer {
  const { store, keyOf, settings, doubtOf } = options;
  const notStored: NotStored[] = [];
  const writing = new Set<Promise<void>>();
  let batch: ItemSlot[] = [];

  function lost(code: NotStored["code"], why: string, count: number): void {
    const known = notStored.find((other) => other.code === code);
    if (known === undefined) notStored.push({ code, why, count });
    else known.count += count;
  }

  async function write(slots: readonly ItemSlot[]): Promise<void> {
    const doubt = await options.doubtOfAll();
    if (doubt !== undefined) {
      lost("doubtful-result", doubt, slots.length);
      return;
    }
    await Promise.all(slots.map(writeOne));
  }

  async function writeOne(slot: ItemSlot): Promise<void> {
    const { itemDigest, valueDigest, value, costSeconds } = slot;
    const doubt = await doubtOf?.(slot.index);
    if (doubt !== undefined) return lost("doubtful-result", doubt, 1);
    try {
      const outcome = await store.storeItem(keyOf(itemDigest!), value, { ...settings, costSeconds, valueDigest });
      if (!outcome.stored) return lost("uncacheable-value", outcome.reason, 1);
      slot.storedAt = outcome.record.createdAt;
      slot.inline = inlineBytes(value, outcome.record);
    } catch (error) {
      lost("backend-failed", textOf(error), 1);
    }
  }

  function writeBatch(): void {
    if (batch.length === 0) return;
    const writes = write(batch);
    batch = [];
    const ended: Promise<void> = writes.then(
      () => next(ended),
      (error: unknown) => {
        lost("backend-failed", textOf(error), 1);
        next(ended);
      },
    );
    writing.add(ended);
  }

  /** What has come meanwhile goes together; what takes long to compute is not kept waiting. */
  function next(ended: Promise<void>): void {
    writing.delete(ended);
    if (writing.size === 0) writeBatch();
  }

  return {
    notStored,
    refuse: (why) => lost("doubtful-result", why, 1),
    async add(slot) {
      if (slot.itemDigest === undefined) return lost("undigestable-item", "an item can't be digested", 1);
      if (slot.valueDigest === undefined) return lost("uncacheable-value", "its value can't be digested", 1);
      batch.push(slot);
      if (batch.length >= itemsPerBatch || writing.size === 0) writeBatch();
      while (writing.size >= batchesAtOnce) await Promise.race(writing);
    },
    async finish() {
      writeBatch();
      while (writing.size > 0) await Promise.all(writing);
    },
  };
}
