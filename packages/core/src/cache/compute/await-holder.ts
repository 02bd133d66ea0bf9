import type { LeaseState } from "../../capabilities/index.js";
import { ownerState } from "../../owner.js";
import { sleepUntilAborted } from "../../sleep-until-aborted.js";
import type { ComputeLeases } from "./compute-leases.js";

/** Between two looks, in milliseconds; doubled each time, up to the second. */
const firstPauseMs = 1;
const longestPauseMs = 25;

/**
 * Every so many looks: whether the owner lives, should the backend not know, and whether the value is there, should its
 * owner have failed to give the lease back, or somebody else have stored one.
 */
const looksBetweenDoubts = 10;

/** How {@link awaitHolder} waits. */
export interface AwaitHolderOptions {
  readonly key: string;
  /** Who has the lease. */
  readonly holder: LeaseState;
  readonly leases: ComputeLeases;
  /** Whether there is a fresh value by now. */
  readonly isThere: () => Promise<boolean>;
  /** Ends the waiting: it rejects with its reason. */
  readonly signal: AbortSignal;
  /** From 0 to less than 1; spreads those who wait. */
  readonly random: () => number;
}

/**
 * Waits until a lease is no longer held by its holder, or there is a value all the same.
 *
 * @returns the lease as it is then; `undefined` when nothing is known of it, or need be; `"failed"` when that can't be told
 */
export async function awaitHolder(options: AwaitHolderOptions): Promise<LeaseState | undefined | "failed"> {
  const { key, holder, leases, isThere, signal, random } = options;
  let longestMs = firstPauseMs;
  for (let looks = 0; ; looks++) {
    if (looks % looksBetweenDoubts === 0) {
      if (ownerState(holder.owner) === "dead") return { ...holder, condition: "lost" };
      if (looks > 0 && (await isThere())) return undefined;
    }
    await sleepUntilAborted(longestMs * (0.5 + random() / 2), signal);
    const lease = await leases.look(key);
    signal.throwIfAborted();
    if (lease === undefined || lease === "failed") return lease;
    if (lease.token !== holder.token || lease.condition !== "held") return lease;
    longestMs = Math.min(longestMs * 2, longestPauseMs);
  }
}
