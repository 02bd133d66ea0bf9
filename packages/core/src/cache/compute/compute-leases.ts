import type { CacheBackend } from "../../backend.js";
import type { JsonObject } from "../../blob-record.js";
import type { Lease, LeaseState, Leases } from "../../capabilities/index.js";
import type { CacheEventListener } from "../../events.js";

/** Who computes a value: this flight, with a lease, or somebody else. */
export type ComputeClaim =
  | { readonly lease: HeldLease; readonly holder?: undefined }
  | { readonly lease?: undefined; readonly holder: LeaseState };

/** The lease of a computation. */
export interface HeldLease {
  /** Gives it back, with a word to those who wait; once only. Nobody waits for it, except closing. */
  release(outcome?: JsonObject): void;
}

/** The leases of computations, over all threads and processes that share a backend. A backend that fails is no obstacle. */
export interface ComputeLeases {
  /**
   * Takes the lease of a key, or says who has it. `undefined`: leases are of no use now.
   *
   * @param isOver - whether nobody wants the value any more by the time the lease is had; then it is given back at once
   */
  claim(key: string, isOver: () => boolean): Promise<ComputeClaim | undefined>;
  /** The lease of a key as it is now; `"failed"` when that can't be told. */
  look(key: string): Promise<LeaseState | undefined | "failed">;
  /** Resolves when nothing is being claimed or released any more, save what failed and is to be tried again; never rejects. */
  idle(): Promise<void>;
  /** The same, and nothing is tried again. */
  close(): Promise<void>;
}

/** Where nobody can tell whether an owner lives, its lease ends 60 s after it was renewed. */
const renewEveryMs = 20_000;

/** After a lease could not be given back. */
const firstRetryMs = 50;
const longestRetryMs = 5_000;

/** `undefined` for a backend that has no leases. */
export function computeLeases(
  backend: CacheBackend,
  onEvent: CacheEventListener | undefined,
): ComputeLeases | undefined {
  if (backend.supports?.leases !== true) return undefined;
  const leases = backend as CacheBackend & Leases;
  const underWay = new Set<Promise<unknown>>();
  const retrying = new Set<NodeJS.Timeout>();
  let warned = false;

  /** The result of `action`, or `"failed"`. Closing waits for it. */
  function attempt<Result>(action: () => Promise<Result>): Promise<Result | "failed"> {
    return tracked(tried(action));
  }

  function tracked<Result>(action: Promise<Result>): Promise<Result> {
    const running = action.finally(() => underWay.delete(running));
    underWay.add(running);
    return running;
  }

  async function tried<Result>(action: () => Promise<Result>): Promise<Result | "failed"> {
    try {
      return await action();
    } catch (error) {
      warn(error);
      return "failed";
    }
  }

  function warn(error: unknown): void {
    if (warned) return;
    warned = true;
    const message = `The backend failed at its leases, so that a value may be computed by several threads and processes at once; this is told once: ${(error as Error)?.message}`;
    onEvent?.({ type: "warning", code: "backend-failed", message, cause: error });
  }

  /** Tries until it succeeds: as long as this thread lives, others wait for the lease. */
  async function giveBack(lease: Lease, outcome: JsonObject | undefined, retryAfterMs: number): Promise<void> {
    if ((await tried(() => leases.releaseLease(lease, outcome))) !== "failed") return;
    const retry = setTimeout(() => {
      retrying.delete(retry);
      void tracked(giveBack(lease, outcome, Math.min(retryAfterMs * 2, longestRetryMs)));
    }, retryAfterMs);
    retry.unref();
    retrying.add(retry);
  }

  async function idle(): Promise<void> {
    while (underWay.size > 0) await Promise.allSettled(underWay);
  }

  function held(lease: Lease): HeldLease {
    const renewing = setInterval(() => void attempt(() => leases.renewLease(lease)), renewEveryMs);
    renewing.unref();
    let released = false;
    return {
      release(outcome) {
        if (released) return;
        released = true;
        clearInterval(renewing);
        void tracked(giveBack(lease, outcome, firstRetryMs));
      },
    };
  }

  return {
    async claim(key, isOver) {
      const claim = await attempt(async (): Promise<ComputeClaim> => {
        const claimed = await leases.acquireLease(leaseName(key));
        if (!claimed.granted) return { holder: claimed.holder };
        const lease = held(claimed.lease);
        // Overtaken meanwhile: nobody is to wait for a value that won't be stored, and closing waits for no computation.
        if (isOver()) lease.release();
        return { lease };
      });
      return claim === "failed" ? undefined : claim;
    },
    look: (key) => attempt(() => leases.readLease(leaseName(key))),
    idle,
    async close() {
      await idle();
      for (const timer of retrying) clearTimeout(timer);
      retrying.clear();
    },
  };
}

function leaseName(key: string): string {
  return `compute:${key}`;
}
