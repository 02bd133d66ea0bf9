import { keyText } from "../entry-key.js";
import { isOrdered } from "../order/entry-order.js";
import type { StoreContext } from "../store-context.js";
import { removeKnownEntry } from "../store-operations.js";
import { type Candidate, expiredCandidates, planEviction } from "./eviction-candidates.js";
import { takenBytes } from "./space-account.js";

/** Removes an entry to make room, or because it has expired. Told once the transaction is committed. */
export function evict(context: StoreContext, { entry, reason, rank }: Candidate): void {
  const { account, gone } = context.space;
  context.counters.addNow(reason === "size" ? "evictions" : "expirations", 1);
  if (reason === "size" && context.space.policy().orderedBy === "cost-aware") {
    const { age } = account.totals();
    if (rank > age) account.add({ age: rank - age });
  }
  const { taken } = context.space;
  removeKnownEntry(context, entry);
  // What a change takes is not less because others make room for it.
  context.space.taken = taken;
  gone.push({ key: keyText(entry.name), reason, byteLength: entry.record.byteLength });
}

/** Bytes over the limit if `bytes` more were taken; 0 or less: there is room. Within a transaction. */
export function missingBytes({ space }: StoreContext, bytes: number): number {
  const { sizeLimitBytes } = space.policy();
  if (sizeLimitBytes === undefined) return 0;
  const totals = space.account.totals();
  return takenBytes(totals) + totals.reservedBytes + bytes - sizeLimitBytes;
}

/** How many more entries may be evicted within this transaction. */
export function evictionsLeft({ space }: StoreContext): number {
  return Math.max(0, space.policy().cullLimit - space.gone.length);
}

/**
 * Whether `bytes` more may be taken within this transaction; evicts for it what is within the index. Files need a second
 * transaction: where they would have to go, nothing is evicted, and the answer is `false`.
 *
 * @param except - the place of the entry that is being replaced
 */
export function takeRoom(context: StoreContext, bytes: number, except: Uint8Array): boolean {
  const missing = missingBytes(context, bytes);
  if (missing <= 0 || bytes <= 0) return true;
  const standing = context.space.policy();
  if (bytes > standing.sizeLimitBytes! || !isOrdered(standing)) return false;
  if (context.space.budget?.isExhausted() === false) return false;
  const { victims, rowBytes } = planEviction(context, missing, { limit: evictionsLeft(context), except });
  if (rowBytes < missing) return false;
  for (const victim of victims) evict(context, victim);
  return true;
}

/** Forgets some of what has expired for good. Within a transaction. */
export function reclaimExpired(context: StoreContext, limit: number, storedBefore?: number): number {
  let count = 0;
  for (const candidate of expiredCandidates(context, context.space.clock.now(), storedBefore)) {
    if (count >= limit) break;
    evict(context, candidate);
    count++;
  }
  return count;
}
