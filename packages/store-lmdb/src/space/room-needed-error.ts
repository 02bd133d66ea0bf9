import { CacheFullError } from "@larder/core";
import type { StoreContext } from "../store-context.js";
import { takenBytes } from "./space-account.js";

/**
 * A change needs room that is not there within its transaction. `runWithRoom` makes it, and runs the change again; to
 * whoever does without, the cache is full.
 */
export class RoomNeededError extends CacheFullError {
  /** What the change takes in all, as far as it has come. */
  readonly neededBytes: number;
  /** The place of the entry that was to be stored: not to be evicted for itself. */
  readonly place: Uint8Array;

  constructor(context: StoreContext, neededBytes: number, place: Uint8Array) {
    super(fullFacts(context, neededBytes));
    this.neededBytes = neededBytes;
    this.place = place;
  }
}

/** What a {@link CacheFullError} says. Within a transaction. */
export function fullFacts({ space, root }: StoreContext, neededBytes: number) {
  const totals = space.account.totals();
  const sizeBytes = takenBytes(totals) + totals.reservedBytes;
  const limitBytes = space.policy().sizeLimitBytes ?? Number.POSITIVE_INFINITY;
  return { neededBytes, sizeBytes, limitBytes, where: `The cache directory ${root}` };
}
