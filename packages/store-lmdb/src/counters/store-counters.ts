import type { OpenStore } from "../open-store.js";
import type { StoreContext } from "../store-context.js";
import { readCounterRows } from "./counter-rows.js";

/** After so long what was counted is written, when no other transaction has taken it along. */
const writtenAfterMs = 1_000;

/** The timers that wait for this, by log: all users of a store share it. */
const timers = new WeakMap<object, NodeJS.Timeout>();

/** Adds to counters: see `Counters` of core. The amounts are those {@link checkAmounts} has let pass. */
export function addToCounters(store: OpenStore, amounts: Readonly<Record<string, number>>): void {
  for (const [name, by] of Object.entries(amounts)) if (by !== 0) store.counters.add(name, by);
  if (!store.counters.isWaiting() || timers.has(store.counters)) return;
  const timer = setTimeout(() => {
    timers.delete(store.counters);
    // What can't be written now waits for the next transaction.
    flushCounters(store).catch(() => undefined);
  }, writtenAfterMs);
  timers.set(store.counters, timer.unref());
}

/** @throws RangeError when an amount is no finite number */
export function checkAmounts(amounts: Readonly<Record<string, number>>): void {
  for (const [name, by] of Object.entries(amounts)) {
    if (!Number.isFinite(by))
      throw new RangeError(`The counter '${name}' can't be changed by ${by}. Add a finite number.`);
  }
}

/** Writes what was counted; resolves when that is committed. */
export async function flushCounters({ batches, counters }: OpenStore): Promise<void> {
  if (counters.isWaiting()) await batches.run(() => undefined);
}

/** Writes what was counted, and waits for nothing more. */
export async function endCounters(store: OpenStore): Promise<void> {
  clearTimeout(timers.get(store.counters));
  timers.delete(store.counters);
  await flushCounters(store);
}

/** All counters, with what was counted here. */
export async function readCounters(store: OpenStore): Promise<Readonly<Record<string, number>>> {
  await flushCounters(store);
  store.environment.refresh();
  return readCounterRows(store.environment.counters, store.xxhash);
}

/** Adds to a counter within the transaction that is running: undone along with it. */
export function countInTransaction({ counters }: StoreContext, name: string, by: number): void {
  counters.addNow(name, by);
}
