import type { Awaitable } from "@larder/core";
import { type AcquireOptions, acquirePermit, type Permit } from "./acquire-permit.js";
import { wholeNumber } from "./invalid-option.js";
import { type StructureOptions, structureStore } from "./structure-store.js";
import type { Pace } from "./waiting.js";

/** How a semaphore works. */
export interface SemaphoreOptions extends Omit<StructureOptions, "codecs">, Pace {
  /** Most holders at a time, 1 or more. Give the same in every process: each keeps to its own. */
  readonly permits: number;
}

/** A number of holders at a time, over all threads and processes that share the backend. */
export interface Semaphore {
  /**
   * Waits until fewer than `permits` hold it, by default for as long as it takes, and joins them. Those who wait are
   * served in no particular order. A holder whose thread or process has ended is replaced at once.
   *
   * @throws LarderError `wait-timeout` when none was free in time; the reason of the signal
   */
  acquire(options?: AcquireOptions): Promise<Permit>;
  /** Runs `fn` with a permit, and releases it afterwards. Returns what `fn` returned; throws as `acquire`, and what `fn` throws. */
  withPermit<Result>(fn: (permit: Permit) => Awaitable<Result>, options?: AcquireOptions): Promise<Result>;
}

/**
 * The semaphore of this name on a backend.
 *
 * @throws UnsupportedCapabilityError when the backend has no transactions
 * @throws LarderError `invalid-name`, `invalid-option`
 */
export function openSemaphore({ permits, random, sleep, ...options }: SemaphoreOptions): Semaphore {
  const store = structureStore("semaphore", options);
  const limit = wholeNumber("permits", permits, 1);
  const pace = { ...(random !== undefined && { random }), ...(sleep !== undefined && { sleep }) };
  const what = `A permit of the semaphore '${store.name}'`;
  const acquire = (acquireOptions: AcquireOptions = {}) =>
    acquirePermit({ store, limit, what, pace, options: acquireOptions });
  return {
    acquire,
    async withPermit(fn, acquireOptions) {
      const permit = await acquire(acquireOptions);
      try {
        return await fn(permit);
      } finally {
        await permit.release();
      }
    },
  };
}
