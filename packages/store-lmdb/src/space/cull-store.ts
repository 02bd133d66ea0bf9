import type { Volume } from "@larder/core";
import type { OpenStore } from "../open-store.js";
import { isOrdered, orderMore } from "../order/entry-order.js";
import type { StoreContext } from "../store-context.js";
import { evict, evictionsLeft, reclaimExpired } from "./evict.js";
import { planEviction } from "./eviction-candidates.js";
import { pendingFileBytes } from "./reserve-space.js";
import { readSpaceTotals, recountSpace, takenBytes } from "./space-account.js";
import { readStandingPolicy } from "./space-policy.js";

/** What is held now. */
export function storeVolume({ environment, xxhash }: StoreContext): Volume {
  environment.refresh();
  const totals = readSpaceTotals(environment.space, xxhash) ?? recountSpace(environment, xxhash);
  const { sizeLimitBytes } = readStandingPolicy(environment.space, xxhash);
  return {
    entries: totals.entries,
    sizeBytes: takenBytes(totals),
    reservedBytes: totals.reservedBytes,
    limitBytes: sizeLimitBytes,
  };
}

/**
 * Removes what has expired for good, then evicts until at most `targetBytes` are taken, in transactions of at most
 * `cullLimit` entries.
 *
 * @returns how many entries went
 */
export async function cullStore(store: OpenStore, targetBytes?: number): Promise<number> {
  let count = 0;
  for (;;) {
    const { went, isDone } = await store.batches.run(() => cullStep(store, targetBytes));
    count += went;
    if (isDone) return count;
  }
}

function cullStep(context: StoreContext, targetBytes: number | undefined): { went: number; isDone: boolean } {
  const { space } = context;
  const left = evictionsLeft(context);
  const expired = reclaimExpired(context, left);
  if (expired === left) return { went: expired, isDone: false };
  const target = targetBytes ?? space.policy().sizeLimitBytes ?? Number.POSITIVE_INFINITY;
  const missing = takenBytes(space.account.totals()) - pendingFileBytes(context) - target;
  if (missing <= 0) return { went: expired, isDone: true };
  if (!isOrdered(space.policy())) {
    orderMore(context);
    return { went: expired, isDone: false };
  }
  const { victims, isEnough } = planEviction(context, missing, { limit: left - expired });
  for (const victim of victims) evict(context, victim);
  return { went: expired + victims.length, isDone: isEnough || victims.length < left - expired };
}
