import { randomBytes } from "node:crypto";
import { currentOwner, LarderError } from "@larder/core";
import { remainingMs } from "./deadline.js";
import { spanMilliseconds } from "./invalid-option.js";
import { leaseLost } from "./lease-lost.js";
import { heldPermits, type PermitRecord, parsePermit, permitRecord, storePermit } from "./permit-record.js";
import type { StructureStore } from "./structure-store.js";
import { type Pace, type WaitOptions, waitFor } from "./waiting.js";

/** How a lock or a permit is acquired. */
export interface AcquireOptions extends WaitOptions {
  /**
   * It is over so many seconds (above 0) after it was acquired or extended, even when its owner lives. Default: it lasts as long as the
   * thread that acquired it; where nobody can tell whether that lives (in another container), for 60 s after
   * it was acquired or extended.
   */
  readonly ttlSeconds?: number;
}

/** A lock or a permit that is held. */
export interface Permit extends AsyncDisposable {
  /** Aborted when it is held no longer although nobody released it: its time is over, or it was found to be gone. */
  readonly lost: AbortSignal;
  /** Gives it back; `false` when it was held no longer. Calling it again does nothing more. */
  release(): Promise<boolean>;
  /**
   * Lets its time begin anew.
   *
   * @param options - `ttlSeconds`: a new time to live, above 0; default: the one it has
   * @throws LarderError `lease-lost` when it is held no longer
   */
  extend(options?: { readonly ttlSeconds?: number }): Promise<void>;
}

/** What is asked for: one of `limit` permits. */
export interface PermitRequest {
  readonly store: StructureStore;
  readonly limit: number;
  /** For messages, such as `The lock 'nightly'`. */
  readonly what: string;
  readonly pace: Pace;
  readonly options: AcquireOptions;
}

/**
 * Waits for a permit, by default for as long as it takes.
 *
 * @throws LarderError `wait-timeout` when none was free in time
 * @throws the reason of the signal
 */
export async function acquirePermit({ store, limit, what, pace, options }: PermitRequest): Promise<Permit> {
  const { waitSeconds = Infinity, signal, ttlSeconds } = options;
  const ttlMs = ttlSeconds === undefined ? undefined : spanMilliseconds("ttlSeconds", ttlSeconds);
  const key = store.prefix + randomBytes(12).toString("hex");
  const owner = currentOwner();
  let holders: PermitRecord[] = [];
  const look = () =>
    store.transact((view) => {
      holders = heldPermits(store, view);
      if (holders.length >= limit) return undefined;
      const permit = permitRecord(owner, ttlMs, store);
      storePermit(store, view, key, permit);
      return permit;
    });
  const waiting = { waitSeconds, ...(signal !== undefined && { signal }) };
  const granted = await waitFor(look, waiting, store.clock, pace);
  if (granted !== undefined) return heldPermit({ store, key, what, owner, ttlMs }, granted);
  const names = holders.map((holder) => holder.owner);
  throw new LarderError(
    `${what} was not free within ${waitSeconds} s: held by ${names.join(", ")}. Wait longer, or see what they do.`,
    { code: "wait-timeout", facts: { name: store.name, waitSeconds, holders: names } },
  );
}

interface Holding {
  readonly store: StructureStore;
  readonly key: string;
  readonly what: string;
  readonly owner: string;
  readonly ttlMs: number | undefined;
}

const longestTimerMs = 2 ** 31 - 1;

function heldPermit({ store, key, what, owner, ttlMs: firstTtlMs }: Holding, granted: PermitRecord): Permit {
  const lost = new AbortController();
  let ttlMs = firstTtlMs;
  let expiry = granted.expiry;
  let timer: NodeJS.Timeout | undefined;
  let released: Promise<boolean> | undefined;

  const lose = (why: string): LarderError => {
    clearTimeout(timer);
    const error = leaseLost(what, store.name, why);
    if (!lost.signal.aborted) lost.abort(error);
    return error;
  };
  const watch = () => {
    clearTimeout(timer);
    if (expiry === undefined) return;
    const leftMs = remainingMs(expiry, store.clock);
    if (leftMs === 0) lose("its time is over");
    else timer = setTimeout(watch, Math.min(leftMs + 1, longestTimerMs)).unref();
  };
  watch();

  const release = async (): Promise<boolean> => {
    clearTimeout(timer);
    const gone = await store.transact((view) => view.delete(key));
    if (!gone) lose("it was taken over, or deleted");
    return gone && !lost.signal.aborted;
  };
  return {
    lost: lost.signal,
    release() {
      released ??= release().catch((error: unknown) => {
        released = undefined; // still held: it can be tried again
        throw error;
      });
      return released;
    },
    async extend({ ttlSeconds } = {}) {
      if (released !== undefined) throw leaseLost(what, store.name, "it was released");
      if (lost.signal.aborted) throw lost.signal.reason;
      if (ttlSeconds !== undefined) ttlMs = spanMilliseconds("ttlSeconds", ttlSeconds);
      const extended = await store.transact((view) => {
        if (parsePermit(view.record(key)) === undefined) return undefined;
        const permit = permitRecord(owner, ttlMs, store);
        storePermit(store, view, key, permit);
        return permit;
      });
      if (extended === undefined) throw lose("it was taken over, or deleted");
      expiry = extended.expiry;
      if (released === undefined) watch();
    },
    async [Symbol.asyncDispose]() {
      await this.release();
    },
  };
}
