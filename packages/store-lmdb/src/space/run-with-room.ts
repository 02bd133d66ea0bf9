import type { OpenStore } from "../open-store.js";
import { dropReservation, type Reservation, writeReservation } from "./reservation-rows.js";
import { releaseSpace, reserveSpace } from "./reserve-space.js";
import { RoomNeededError } from "./room-needed-error.js";

/**
 * Runs a change of the index within a batch; when there is no room for it, it is undone, room is made, and it runs again.
 * A change that has changed nothing yet may return the {@link RoomNeededError} instead of throwing it: then the batch it
 * is in need not be undone.
 *
 * @param before - room that was reserved for it; used up, or given back
 * @throws CacheFullError when room can't be made; what `change` throws
 */
export async function runWithRoom<Result>(
  store: OpenStore,
  change: () => Result | RoomNeededError,
  before?: Reservation,
): Promise<Result> {
  let held = before;
  try {
    for (;;) {
      let outcome: Result | RoomNeededError;
      try {
        outcome = await store.batches.run(() => attempt(store, change, held));
      } catch (error) {
        if (!(error instanceof RoomNeededError)) throw error;
        outcome = error;
      }
      if (!(outcome instanceof RoomNeededError)) {
        held = undefined;
        return outcome;
      }
      held = await reserveSpace(store, outcome.neededBytes, { before: held, except: outcome.place });
    }
  } finally {
    // Whoever needs room drops it too, once this process is gone.
    if (held !== undefined) await releaseSpace(store, held).catch(() => undefined);
  }
}

function attempt<Result>(
  store: OpenStore,
  change: () => Result | RoomNeededError,
  held: Reservation | undefined,
): Result | RoomNeededError {
  store.space.taken = 0;
  // What was reserved is there for the taking: nobody else writes meanwhile.
  const bytes = held === undefined ? 0 : dropReservation(store, held);
  const outcome = change();
  if (outcome instanceof RoomNeededError && held !== undefined) writeReservation(store, bytes, held);
  return outcome;
}
