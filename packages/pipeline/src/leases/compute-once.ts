import {
  awaitHolder,
  type CacheBackend,
  type CacheEventListener,
  computeLeases,
  type HeldLease,
  type JsonObject,
  type LeaseState,
} from "@larder/core";
import { claimsAhead } from "./claims-ahead.js";

/** A result to be brought: found, because another run has stored it meanwhile, or made here. */
export interface ResultOrder<Found, Made> {
  /** K. */
  readonly key: string;
  /** The result that somebody else has stored meanwhile, read. */
  readonly find: () => Promise<Found | undefined>;
  /** Whether there is one; reads nothing of it. */
  readonly isThere: () => Promise<boolean>;
  /**
   * Makes the result. Calls `onPlace` once it has a place among the running, before anything else, and rejects with what
   * that rejects with.
   */
  readonly make: (onPlace: () => Promise<void>) => Promise<Made>;
}

/** What became of an order. */
export type Brought<Found, Made> =
  | { readonly found: Found; readonly made?: undefined }
  | { readonly found?: undefined; readonly made: Made; readonly lease: ResultLease };

/** Kept until a result is stored, or will not be. */
export interface ResultLease {
  /** Gives it back; once only. Nobody waits for it. @param stored - whether those who wait will find a result */
  release(stored: boolean): void;
}

/**
 * One computation of a result over all runs, threads and processes that share a backend. Only a hint: where leases fail or
 * do nothing, a result is made twice, and is the same.
 */
export interface ComputeOnce {
  /**
   * Says that a result will probably be brought.
   *
   * @param position - of its node in the order in which nodes run
   * @param isThere - as in {@link ResultOrder}
   */
  expect(key: string, position: number, isThere: () => Promise<boolean>): void;
  /** Rejects with what `make` rejects with, and with the reason of the signal when it is aborted while this waits. */
  bring<Found extends object, Made>(order: ResultOrder<Found, Made>): Promise<Brought<Found, Made>>;
  /** Waits until leases are given back; never rejects. */
  finish(): Promise<void>;
}

/** How often somebody else is waited for to no avail, before the result is made without a lease. */
const waitsAtMost = 5;

const wasStored: JsonObject = { kind: "stored" };
const notStored: JsonObject = { kind: "not-stored" };

/** Nobody may be called now: somebody else has the lease. */
class HeldElsewhere extends Error {
  constructor(readonly holder: LeaseState) {
    super("The result is being made elsewhere.");
  }
}

/** There is a result by now. */
class FoundMeanwhile extends Error {
  constructor(readonly found: object) {
    super("The result was made elsewhere.");
  }
}

/** `undefined` for a backend that has no leases. */
export function createComputeOnce(options: {
  readonly backend: CacheBackend;
  readonly signal: AbortSignal;
  readonly onEvent: CacheEventListener;
}): ComputeOnce | undefined {
  const { backend, signal, onEvent } = options;
  const leases = computeLeases(backend, onEvent);
  if (leases === undefined) return undefined;
  const ahead = claimsAhead(leases, signal);
  /** What is given back at the end, should it have been forgotten. */
  const held = new Set<HeldLease>();
  const nameOf = (key: string) => `node:${key}`;

  function giveBack(lease: HeldLease | undefined, outcome?: JsonObject): void {
    if (lease === undefined) return;
    held.delete(lease);
    lease.release(outcome);
  }

  async function attempt<Found extends object, Made>({ key, find, make }: ResultOrder<Found, Made>) {
    let lease: HeldLease | undefined;
    const onPlace = async () => {
      const claim = await ahead.take(nameOf(key));
      if (claim?.holder !== undefined) throw new HeldElsewhere(claim.holder);
      lease = claim?.lease;
      if (lease === undefined) return;
      held.add(lease);
      if (claim?.isAbsent === true) return;
      // It may have been stored between the first look and this one.
      const found = await find();
      if (found !== undefined) throw new FoundMeanwhile(found);
    };
    try {
      const made = await make(onPlace);
      return { made, lease: { release: (stored: boolean) => giveBack(lease, stored ? wasStored : notStored) } };
    } catch (error) {
      giveBack(lease);
      if (error instanceof FoundMeanwhile) return { found: error.found as Found };
      throw error;
    }
  }

  /** Waits for somebody else's result; `undefined`: there is none, ask for the lease again; `"alone"`: nor will there be. */
  async function wait<Found, Made>({ key, find, isThere }: ResultOrder<Found, Made>, holder: LeaseState) {
    const ended = await awaitHolder({
      key: nameOf(key),
      holder,
      leases: leases!,
      isThere,
      signal,
      random: Math.random,
    });
    if (ended === "failed" || (ended?.condition === "released" && ended.outcome?.kind === "not-stored")) return "alone";
    return find();
  }

  return {
    expect: (key, position, isThere) => ahead.expect(nameOf(key), position, isThere),
    async bring(order) {
      for (let waits = 0; waits < waitsAtMost; waits++) {
        try {
          return await attempt(order);
        } catch (error) {
          if (!(error instanceof HeldElsewhere)) throw error;
          const found = await wait(order, error.holder);
          if (found === "alone") break;
          if (found !== undefined) return { found };
        }
      }
      return { made: await order.make(async () => {}), lease: { release: () => {} } };
    },
    async finish() {
      await ahead.close();
      for (const lease of held) giveBack(lease);
      await leases.idle();
    },
  };
}
