import { setTimeout as pause } from "node:timers/promises";
import type { Leases } from "@larder/core";

const leaseName = "larder:space-grants";

/** Who does not get the lease by then does without. */
const attempts = 400;
const pollMs = 5;

/** In this thread one after the other: a lease is held by a thread, and not twice. */
const running = new WeakMap<Leases, Promise<unknown>>();

/**
 * Runs `body` while no other thread or process does so with the same root.
 *
 * @returns `undefined` when the lease could not be had within 2 s; `body` did not run then
 */
export async function withGrantLease<Result>(root: Leases, body: () => Promise<Result>): Promise<Result | undefined> {
  const before = running.get(root) ?? Promise.resolve();
  const turn = before.then(() => withLease(root, body));
  running.set(
    root,
    turn.catch(() => undefined),
  );
  return turn;
}

async function withLease<Result>(root: Leases, body: () => Promise<Result>): Promise<Result | undefined> {
  for (let attempt = 0; attempt < attempts; attempt++) {
    const claim = await root.acquireLease(leaseName);
    if (!claim.granted) {
      await pause(pollMs);
      continue;
    }
    try {
      return await body();
    } finally {
      await root.releaseLease(claim.lease);
    }
  }
  return undefined;
}
