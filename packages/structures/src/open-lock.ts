import { AsyncLocalStorage } from "node:async_hooks";
import type { Awaitable, CacheBackend } from "@larder/core";
import { type AcquireOptions, acquirePermit, type Permit } from "./acquire-permit.js";
import { type StructureOptions, structureStore } from "./structure-store.js";
import type { Pace } from "./waiting.js";

/** How a lock works. */
export interface LockOptions extends Omit<StructureOptions, "codecs">, Pace {
  /**
   * `true`: whoever runs within `withLock` of this lock, as an async context, has it and acquires it again at once; it is
   * free when all have released it. What was started within and goes on after its release has it no longer. Default: `false`,
   * and to acquire it again waits for oneself.
   */
  readonly reentrant?: boolean;
}

/** One holder at a time, over all threads and processes that share the backend. */
export interface Lock {
  /**
   * Waits until nobody has the lock, by default for as long as it takes, and takes it. Those who wait are served in no
   * particular order. A holder whose thread or process has ended is replaced at once.
   *
   * @throws LarderError `wait-timeout` when it was not free in time; the reason of the signal
   */
  acquire(options?: AcquireOptions): Promise<Permit>;
  /**
   * Runs `fn` with the lock, and releases it afterwards. When the lock may be lost, watch `permit.lost`.
   *
   * @returns what `fn` returned
   * @throws as `acquire`, and what `fn` throws
   */
  withLock<Result>(fn: (permit: Permit) => Awaitable<Result>, options?: AcquireOptions): Promise<Result>;
}

/** A lock that an async context has. */
interface Held {
  readonly backend: CacheBackend;
  readonly name: string;
  readonly permit: Permit;
  /** Acquired so often, and not released. 0: released for good. */
  depth: number;
}

const heldHere = new AsyncLocalStorage<readonly Held[]>();

/**
 * The lock of this name on a backend.
 *
 * @throws UnsupportedCapabilityError when the backend has no transactions
 * @throws LarderError `invalid-name`
 */
export function openLock({ reentrant = false, random, sleep, ...options }: LockOptions): Lock {
  const store = structureStore("lock", options);
  const { backend, name } = store;
  const pace = { ...(random !== undefined && { random }), ...(sleep !== undefined && { sleep }) };

  const acquireHeld = async (acquireOptions: AcquireOptions): Promise<Held> => {
    const held = heldHere.getStore()?.find((each) => each.backend === backend && each.name === name);
    if (reentrant && held !== undefined && held.depth > 0 && !held.permit.lost.aborted) {
      held.depth++;
      return held;
    }
    const permit = await acquirePermit({ store, limit: 1, what: `The lock '${name}'`, pace, options: acquireOptions });
    return { backend, name, permit, depth: 1 };
  };
  const acquire = async (acquireOptions: AcquireOptions = {}) => oneOf(await acquireHeld(acquireOptions));

  return {
    acquire,
    async withLock(fn, acquireOptions = {}) {
      const held = await acquireHeld(acquireOptions);
      const permit = oneOf(held);
      const others = heldHere.getStore()?.filter((each) => each.depth > 0) ?? [];
      try {
        return await heldHere.run([held, ...others], () => fn(permit));
      } finally {
        await permit.release();
      }
    },
  };
}

/** One of the times that a lock is held: releasing the last of them frees it. */
function oneOf(held: Held): Permit {
  const { permit } = held;
  let released: Promise<boolean> | undefined;
  const release = async (): Promise<boolean> => {
    // Before waiting: nobody may join what is about to be free.
    held.depth--;
    if (held.depth > 0) return !permit.lost.aborted;
    try {
      return await permit.release();
    } catch (error) {
      held.depth++;
      released = undefined; // still held: it can be tried again
      throw error;
    }
  };
  return {
    lost: permit.lost,
    extend: (options) => permit.extend(options),
    release() {
      released ??= release();
      return released;
    },
    async [Symbol.asyncDispose]() {
      await this.release();
    },
  };
}
