import type { OpenStore } from "../open-store.js";
import { accountedFileBytes } from "./accounted-bytes.js";
import type { Reservation } from "./reservation-rows.js";
import { releaseSpace, reserveSpace } from "./reserve-space.js";

/** Room for a file whose length is not known yet. */
export interface GrowingReservation {
  /** Resolves when there is room for a file of so many bytes. @throws CacheFullError */
  coverFile(byteLength: number): Promise<void>;
  /** What is reserved; from here on someone else uses it up or gives it back. `undefined`: there is no limit. */
  handOver(): Reservation | undefined;
  /** Gives back what was not handed over. Never throws. */
  end(): Promise<void>;
}

/** Enough for the first pieces. */
const firstBytes = 1024 * 1024;

/** What is reserved ahead may make others go for nothing, so it has an end: this, and a part of the limit. */
const mostAheadBytes = 64 * 1024 * 1024;
const partOfLimit = 1 / 32;

function aheadOf(store: OpenStore): number {
  const { sizeLimitBytes } = store.space.lastPolicy();
  return sizeLimitBytes === undefined ? mostAheadBytes : Math.floor(sizeLimitBytes * partOfLimit);
}

/** Reserves in steps that double, so that a long stream does not pay for each of its pieces. */
export function growingReservation(store: OpenStore): GrowingReservation {
  let held: Reservation | undefined;
  let coveredBytes = 0;
  const raise = async (bytes: number) => {
    held = await reserveSpace(store, bytes, { before: held });
    coveredBytes = bytes;
  };
  return {
    async coverFile(byteLength) {
      const needed = accountedFileBytes(byteLength);
      if (needed <= coveredBytes) return;
      const ample = Math.min(Math.max(firstBytes, coveredBytes * 2), needed + mostAheadBytes, aheadOf(store));
      await raise(Math.max(needed, ample));
    },
    handOver() {
      const taken = held;
      held = undefined;
      return taken;
    },
    async end() {
      const rest = held;
      held = undefined;
      // Whoever needs room drops it too, once this thread is gone.
      if (rest !== undefined) await releaseSpace(store, rest).catch(() => undefined);
    },
  };
}
