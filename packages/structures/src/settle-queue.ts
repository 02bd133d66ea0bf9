import { ownerState } from "@larder/core";
import { deadlineAfter, remainingMs } from "./deadline.js";
import type { QueueItem } from "./queue-item.js";
import { isOfOtherBoot, type QueueTables } from "./queue-tables.js";
import type { StructureStore } from "./structure-store.js";

/** What settling and giving back need to know. */
export interface SettleContext {
  readonly store: StructureStore;
  readonly tables: QueueTables;
  /** Deliveries after which an item that failed is dead. */
  readonly maxAttempts: number;
}

/** Items settled in one transaction: others want to write too. */
const settledAtOnce = 200;

/**
 * Puts in its place whatever time or death has moved: delayed items that are due become ready; items whose lease is over, or
 * whose taker is dead, are given back.
 *
 * @returns `false` when there may be more to settle
 */
export function settleQueue(context: SettleContext): boolean {
  const { store, tables } = context;
  const { clock } = store;
  let left = settledAtOnce;
  for (const id of tables.ofOtherBoots(left)) {
    left--;
    const item = tables.item(id);
    if (item === undefined || !("until" in item.place) || !isOfOtherBoot(item, store)) continue;
    const until = deadlineAfter(remainingMs(item.place.until, clock), clock);
    tables.change(id, item, { ...item, place: { ...item.place, until } });
  }
  for (const id of left > 0 ? tables.due(left) : []) {
    left--;
    const item = tables.item(id);
    if (item?.place.kind === "delayed") tables.change(id, item, { ...item, place: { kind: "ready" } });
    if (item?.place.kind === "leased") {
      giveBack(context, id, item, `The lease of ${item.place.owner} was over before it acknowledged.`);
    }
  }
  for (const owner of tables.owners()) {
    if (left <= 0) break;
    if (ownerState(owner) !== "dead") continue;
    for (const id of tables.heldBy(owner, left)) {
      left--;
      const item = tables.item(id);
      if (item !== undefined) giveBack(context, id, item, `${owner} ended before it acknowledged.`);
    }
  }
  return left > 0;
}

/** Makes a leased item ready again, after `delayMs`; one that has been delivered often enough is dead. */
export function giveBack(
  { store, tables, maxAttempts }: SettleContext,
  id: string,
  item: QueueItem,
  lastError: string | undefined,
  delayMs = 0,
): void {
  const failed: QueueItem = lastError === undefined ? item : { ...item, lastError };
  tables.change(id, item, { ...failed, place: place() });

  function place(): QueueItem["place"] {
    if (item.attempts >= maxAttempts) return { kind: "dead", diedAt: store.clock.now() };
    return delayMs > 0 ? { kind: "delayed", until: deadlineAfter(delayMs, store.clock) } : { kind: "ready" };
  }
}
