import { randomBytes } from "node:crypto";
import type { JsonObject } from "../blob-record.js";
import type { Lease, LeaseClaim, LeaseOptions, LeaseState } from "../capabilities/index.js";
import type { Clock } from "../clock.js";
import { currentOwner } from "../owner.js";
import { frozenCopy } from "./frozen-copy.js";

/** How long the outcome of a lease that has ended is kept. */
const keptMs = 60_000;

interface Held {
  readonly token: string;
  readonly expiresAfterMs: number | undefined;
  /** When it ends, or ended, by the monotonic clock. */
  endsAt: number;
  released: boolean;
  outcome: JsonObject | undefined;
}

/**
 * Leases within one thread. Their owner is this thread, which lives as long as they do; so they end only by being
 * released, or when their time is over.
 */
export class MemoryLeases {
  readonly #clock: Clock;
  readonly #leases = new Map<string, Held>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  acquire(name: string, options: LeaseOptions = {}): LeaseClaim {
    const { expiresAfterMs } = options;
    if (expiresAfterMs !== undefined && !(typeof expiresAfterMs === "number" && expiresAfterMs > 0)) {
      throw new RangeError(`expiresAfterMs must be a number of milliseconds above 0, and it is ${expiresAfterMs}.`);
    }
    this.#forgetEnded();
    const before = this.read(name);
    if (before?.condition === "held") return { granted: false, holder: before };
    const token = randomBytes(12).toString("hex");
    const endsAt = this.#clock.monotonic() + (expiresAfterMs ?? Number.POSITIVE_INFINITY);
    this.#leases.set(name, { token, expiresAfterMs, endsAt, released: false, outcome: undefined });
    return { granted: true, lease: Object.freeze({ name, token }) };
  }

  renew(lease: Lease): boolean {
    const held = this.#heldBy(lease);
    if (held === undefined) return false;
    held.endsAt = this.#clock.monotonic() + (held.expiresAfterMs ?? Number.POSITIVE_INFINITY);
    return true;
  }

  release(lease: Lease, outcome: JsonObject | undefined): boolean {
    const held = this.#heldBy(lease);
    if (held === undefined) return false;
    held.released = true;
    held.endsAt = this.#clock.monotonic();
    held.outcome = outcome === undefined ? undefined : frozenCopy(outcome);
    return true;
  }

  read(name: string): LeaseState | undefined {
    const held = this.#leases.get(name);
    if (held === undefined) return undefined;
    const { token, released, outcome } = held;
    const condition = released ? "released" : held.endsAt <= this.#clock.monotonic() ? "lost" : "held";
    return Object.freeze({ token, owner: currentOwner(), condition, ...(outcome !== undefined && { outcome }) });
  }

  #heldBy({ name, token }: Lease): Held | undefined {
    const held = this.#leases.get(name);
    if (held === undefined || held.token !== token || held.released) return undefined;
    return held.endsAt <= this.#clock.monotonic() ? undefined : held;
  }

  /** Looks at a few, which is more than one acquiring adds; those that stay go to the end. */
  #forgetEnded(): void {
    const until = this.#clock.monotonic() - keptMs;
    let looked = 0;
    for (const [name, held] of this.#leases) {
      if (looked++ === 4) return;
      this.#leases.delete(name);
      if (held.endsAt >= until) this.#leases.set(name, held);
    }
  }
}
