import type { EvictionPolicy } from "@larder/core";
import type { KnownEntry, SoundEntry } from "../entry-changes.js";
import { takenBytes } from "../space/space-account.js";
import type { OrderState, StandingPolicy } from "../space/space-policy.js";
import type { StoreContext } from "../store-context.js";
import { knownEntryAt } from "../store-operations.js";
import { countsReads, orderKeyOf, rankOf, readUsage, standingRank, writeUsage } from "./order-rows.js";

/**
 * An entry was stored: it gets its place in the order in which entries go, if there is one by now. Within a transaction.
 */
export function orderWritten(context: StoreContext, entry: SoundEntry): void {
  const { orderedBy } = context.space.policy();
  if (orderedBy === undefined || entry.record.pinned === true) return;
  const { place, storedSequence } = entry;
  const rank = rankOf(orderedBy, entry, undefined, ageOf(context, orderedBy));
  // A rank that depends on when it was given has to be kept: nothing else tells it.
  if (orderedBy === "cost-aware") writeUsage(context, place, { rank, usedSequence: storedSequence, hits: 0 });
  context.environment.order.write(orderKeyOf(entry, rank), place);
}

/** An entry goes, or is replaced. Within a transaction. */
export function orderRemoved(context: StoreContext, entry: KnownEntry): void {
  const standing = context.space.policy();
  const { orderedBy } = standing;
  const { order, usage } = context.environment;
  const { place } = entry;
  if (orderedBy === undefined) {
    if (countsReads(countedFor(standing))) usage.remove(place);
    return;
  }
  const used = countsReads(orderedBy) ? readUsage(usage, place, context.xxhash) : undefined;
  order.remove(orderKeyOf(entry, standingRank(orderedBy, entry, used)));
  if (countsReads(orderedBy)) usage.remove(place);
}

/** An entry was read. Within a transaction. */
export function orderRead(
  context: StoreContext,
  place: Uint8Array,
  { storedSequence, times }: { readonly storedSequence: number; readonly times: number },
): void {
  const standing = context.space.policy();
  const counted = countedFor(standing);
  if (counted === undefined || !countsReads(counted)) return;
  const entry = knownEntryAt(context, place);
  // Pinned, or another by now: the read was not of this one.
  if (entry?.record === undefined || entry.record.pinned === true || entry.storedSequence !== storedSequence) return;
  const { order, usage } = context.environment;
  const before = readUsage(usage, place, context.xxhash);
  const use = { usedSequence: context.space.account.takeSequence(), hits: (before?.hits ?? 0) + times };
  const rank = rankOf(counted, entry, use, ageOf(context, counted));
  if (standing.orderedBy !== undefined) {
    order.remove(orderKeyOf(entry, standingRank(counted, entry, before)));
    order.write(orderKeyOf(entry, rank), place);
  }
  writeUsage(context, place, { rank, ...use });
}

/** For which policy reads are written down: also before there is an order, for they will decide it. */
export function countedFor({ orderedBy, evictionPolicy, sizeLimitBytes }: StandingPolicy): EvictionPolicy | undefined {
  return orderedBy ?? (sizeLimitBytes === undefined ? undefined : evictionPolicy);
}

/** An order is made ahead of need once so much of the limit is taken. */
const aheadOfNeed = 0.75;

/** A step towards an order that will soon be needed, so that whoever needs it does not have to wait. Within a transaction. */
export function orderAhead(context: StoreContext): void {
  const standing = context.space.policy();
  if (standing.sizeLimitBytes === undefined || isOrdered(standing)) return;
  const totals = context.space.account.totals();
  if (takenBytes(totals) + totals.reservedBytes > aheadOfNeed * standing.sizeLimitBytes) orderMore(context);
}

/**
 * What becomes of the order when it is first needed, or the policy changes afterwards: it is begun anew, and made by
 * {@link orderMore} before anything is evicted. Within a transaction.
 *
 * @param wanted - for which policy; `undefined`: for none
 */
export function beginOrder(
  { environment }: Pick<StoreContext, "environment">,
  wanted: EvictionPolicy | undefined,
): OrderState {
  environment.order.removeAll();
  // Uses are facts, which other policies that count reads go by too.
  if (!countsReads(wanted)) environment.usage.removeAll();
  const isEmpty = environment.entries.keysIn({ limit: 1 }).length === 0;
  return { orderedBy: wanted, orderedUpTo: wanted === undefined || isEmpty ? undefined : Buffer.of(0) };
}

/** Entries that get their place in the order in one transaction. */
const stepEntries = 1000;

/** Whether the order is complete for the policy in force. */
export function isOrdered({ evictionPolicy, orderedBy, orderedUpTo }: StandingPolicy): boolean {
  return evictionPolicy === "none" || (orderedBy === evictionPolicy && orderedUpTo === undefined);
}

/** A step towards a complete order; see {@link isOrdered}. Within a transaction. */
export function orderMore(context: StoreContext): void {
  const standing = context.space.policy();
  if (isOrdered(standing)) return;
  const { evictionPolicy } = standing;
  const { orderedUpTo } = standing.orderedBy === evictionPolicy ? standing : beginOrder(context, evictionPolicy);
  if (orderedUpTo === undefined) {
    context.space.setPolicy({ ...standing, orderedBy: evictionPolicy, orderedUpTo });
    return;
  }
  const places = context.environment.entries.keysIn({ from: orderedUpTo, limit: stepEntries });
  for (const place of places) orderAnew(context, place, evictionPolicy);
  const next = places.length < stepEntries ? undefined : Buffer.concat([places.at(-1)!, Buffer.of(0)]);
  context.space.setPolicy({ ...standing, orderedBy: evictionPolicy, orderedUpTo: next });
}

function orderAnew(context: StoreContext, place: Uint8Array, policy: EvictionPolicy): void {
  const entry = knownEntryAt(context, place);
  if (entry?.record === undefined || entry.record.pinned === true) return;
  const { order, usage } = context.environment;
  const before = countsReads(policy) ? readUsage(usage, place, context.xxhash) : undefined;
  const rank = rankOf(policy, entry, before, ageOf(context, policy));
  // It may have been stored, and so ordered, since the order was begun.
  if (before !== undefined) order.remove(orderKeyOf(entry, before.rank));
  if (before !== undefined || policy === "cost-aware") {
    const { usedSequence, hits } = before ?? { usedSequence: entry.storedSequence, hits: 0 };
    writeUsage(context, place, { rank, usedSequence, hits });
  }
  order.write(orderKeyOf(entry, rank), place);
}

function ageOf({ space }: StoreContext, policy: EvictionPolicy): number {
  return policy === "cost-aware" ? space.account.totals().age : 0;
}
