import { AttemptAborted, type AttemptOptions, AttemptsFailed, attemptNode } from "../attempt.js";
import { digestValue } from "../input-digests.js";
import type { ResultStore } from "../result-store.js";
import { findEntries, findInList } from "./find-items.js";
import { itemKeys } from "./item-keys.js";
import type { ItemList } from "./item-list.js";
import { type ItemSlot, type MapSlots, newSlot } from "./item-slot.js";
import { type ItemFailure, ItemsFailedError } from "./items-failed-error.js";
import { inLanes } from "./lanes.js";
import type { MapItems } from "./map-items.js";
import { countItems, type ItemCounts, type MapProgress } from "./map-progress.js";
import { type ItemStorer, type NotStored, storeItems } from "./store-items.js";

/** How the items of a map are found, called and stored. */
export interface MapOrder extends Omit<AttemptOptions, "args" | "onPlace" | "onStart"> {
  readonly axis: string;
  readonly items: MapItems;
  /** What the function gets besides its item; asked for when the first item is computed. */
  readonly others: () => Promise<Readonly<Record<string, unknown>>>;
  /** `undefined`: nothing is cached by item. */
  readonly cached:
    | {
        readonly store: ResultStore;
        readonly base: string;
        /** Whether results are looked for: not when all is to be computed anew. */
        readonly looks: boolean;
        /** The list of an earlier run. Its results are taken to be there, unread. */
        readonly list: ItemList | undefined;
        /** Whether the values of all results are read at once. */
        readonly readsAll: boolean;
        readonly origin: string;
        readonly doubtOfAll: () => Promise<string | undefined>;
      }
    | undefined;
  /** Values that were computed in this run before, by the digest of their item. */
  readonly inHand: ReadonlyMap<string, ItemSlot> | undefined;
  readonly onProgress: ((progress: MapProgress) => void) | undefined;
  /** Told of results that could not be stored, once all that could be are. */
  readonly onEnd: (notStored: readonly NotStored[]) => void;
}

/** What a map has made. */
export interface MapMade {
  readonly map: MapSlots;
  readonly counts: ItemCounts;
  /** Calls of the function. */
  readonly attempts: number;
  /** From the first look-up to the last result stored, in seconds. */
  readonly seconds: number;
  /** What all items took, and those that were found, in seconds. */
  readonly costSeconds: number;
  readonly savedSeconds: number;
  readonly notStored: readonly NotStored[];
}

/** Some items of a map failed; what is known of the rest. */
export class MapFailed extends Error {
  constructor(
    override readonly cause: ItemsFailedError,
    readonly counts: ItemCounts,
    readonly attempts: number,
    readonly seconds: number,
  ) {
    super("Some items failed.");
  }
}

/**
 * Finds the results of a map's items, and computes those that are not there.
 *
 * Rejects with {@link MapFailed} once all other items are computed and stored, with {@link AttemptAborted} once those that
 * were finished are.
 */
export async function runMap(order: MapOrder): Promise<MapMade> {
  const { node, items, cached, clock, caller, limit, signal } = order;
  const start = clock.monotonic();
  const map = slotsOf(items, cached?.base);
  const { slots } = map;
  const copies = copiesOf(map);
  const counter = countItems({
    node: node.name,
    output: node.output,
    total: items.count,
    clock,
    onProgress: order.onProgress,
  });
  takeInHand(slots, order.inHand);
  if (cached?.looks === true) {
    if (cached.list !== undefined) findInList(slots, cached.list);
    for (const slot of slots) if (slot.state === "found") counter.add("hits", copies(slot));
    const { base, store, readsAll } = cached;
    const { ttlSeconds } = node.options;
    const onFound = (slot: ItemSlot) => counter.add("hits", copies(slot));
    await findEntries(slots, { base, store, ttlSeconds, readsAll, onFound });
  }
  const storer = storerOf(order);
  const failures: ItemFailure[] = [];
  let attempts = 0;
  let aborted = false;

  async function compute(slot: ItemSlot): Promise<void> {
    const item = await items.valueAt(slot.index);
    try {
      const args = { ...(await order.others()), [order.axis]: item.value };
      const attempted = await attemptNode({ node, args, caller, limit, signal, clock });
      attempts += attempted.attempts;
      slot.state = "made";
      slot.held = true;
      slot.value = attempted.value;
      slot.costSeconds = attempted.seconds;
      // Without a cache nobody may ever ask for it.
      if (cached !== undefined) slot.valueDigest = digestValue(attempted.value, node.output).digest;
      counter.add("misses", copies(slot));
    } catch (error) {
      if (error instanceof AttemptAborted) {
        aborted = true;
        return;
      }
      if (!(error instanceof AttemptsFailed)) throw error;
      attempts += error.attempts;
      slot.state = "failed";
      failures.push({ index: slot.index, key: items.nameOf(item.value), error: error.cause });
      counter.add("failed", copies(slot));
      return;
    }
    // The item was read again and came out differently: its result must not lie under the key of the other.
    if (item.digest !== undefined && item.digest !== slot.itemDigest) storer?.refuse("an item came out differently");
    else await storer?.add(slot);
  }

  const open = slots.filter(({ state }) => state === "open");
  for (const slot of slots) if (slot.state === "made") counter.add("misses", copies(slot));
  try {
    await inLanes(open.length, caller.itemsAtOnce, async (at) => {
      if (signal.aborted) aborted = true;
      if (!aborted) await compute(open[at]!);
    });
  } finally {
    await storer?.finish();
  }
  counter.end();
  order.onEnd(storer?.notStored ?? []);
  if (aborted) throw new AttemptAborted();
  const seconds = (clock.monotonic() - start) / 1000;
  const notStored = storer?.notStored ?? [];
  if (failures.length > 0) {
    const all = withCopies(failures, map);
    const error = new ItemsFailedError({ node: node.name, total: items.count, failures: all });
    throw new MapFailed(error, counter.counts(), attempts, seconds);
  }
  const sum = (state?: ItemSlot["state"]) =>
    slots.reduce((total, slot) => (state === undefined || slot.state === state ? total + slot.costSeconds : total), 0);
  return {
    ...{ map, attempts, seconds, notStored },
    counts: counter.counts(),
    costSeconds: sum(),
    savedSeconds: sum("found"),
  };
}

/** One slot for items that have the same digest; one each for those that have none. */
function slotsOf({ count, digests }: MapItems, base: string | undefined): MapSlots {
  const slots: ItemSlot[] = [];
  const slotOf = new Uint32Array(count);
  const known = new Map<string, number>();
  for (let index = 0; index < count; index++) {
    const digest = digests?.[index];
    const at = digest === undefined ? undefined : known.get(digest);
    slotOf[index] = at ?? slots.length;
    if (at !== undefined) continue;
    if (digest !== undefined) known.set(digest, slots.length);
    slots.push(newSlot(index, digest));
  }
  return { base, slots, slotOf };
}

function copiesOf({ slots, slotOf }: MapSlots): (slot: ItemSlot) => number {
  if (slots.length === slotOf.length) return () => 1;
  const copies = new Map<ItemSlot, number>();
  for (const at of slotOf) copies.set(slots[at]!, (copies.get(slots[at]!) ?? 0) + 1);
  return (slot) => copies.get(slot) ?? 1;
}

/** What failed once has failed for all items that are equal. */
function withCopies(failures: readonly ItemFailure[], { slots, slotOf }: MapSlots): readonly ItemFailure[] {
  if (slots.length === slotOf.length) return failures;
  const bySlot = new Map(failures.map((failure) => [slotOf[failure.index]!, failure]));
  return Array.from(slotOf, (slot, index) => {
    const failure = bySlot.get(slot);
    return failure === undefined ? [] : [{ ...failure, index }];
  }).flat();
}

function takeInHand(slots: readonly ItemSlot[], inHand: ReadonlyMap<string, ItemSlot> | undefined): void {
  if (inHand === undefined) return;
  for (const slot of slots) {
    const other = slot.itemDigest === undefined ? undefined : inHand.get(slot.itemDigest);
    if (other === undefined) continue;
    const { valueDigest, costSeconds, storedAt, inline, held, value } = other;
    Object.assign(slot, { state: "made", valueDigest, costSeconds, storedAt, inline, held, value });
  }
}

function storerOf({ node, cached, items }: MapOrder): ItemStorer | undefined {
  if (cached === undefined) return undefined;
  const { store, base, origin, doubtOfAll } = cached;
  const { ttlSeconds, tags, format } = node.options;
  return storeItems({
    ...{ store, doubtOfAll },
    keyOf: itemKeys(base),
    settings: { ttlSeconds, tags, origin, codec: format },
    doubtOf: items.doubtOf,
  });
}
