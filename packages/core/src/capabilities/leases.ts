import type { JsonObject } from "../blob-record.js";

/** A lease that is held: proof of ownership. Plain data; valid in the thread that acquired it. */
export interface Lease {
  readonly name: string;
  /** Different for every lease ever granted under this name. */
  readonly token: string;
}

/** What is known of a lease, held or ended. */
export interface LeaseState {
  readonly token: string;
  /** Who holds it, or held it: see `currentOwner`. */
  readonly owner: string;
  /**
   * `held`: by an owner that lives, or may live. `released`: by its owner. `lost`: its owner is dead, or its time is
   * over; nobody has it.
   */
  readonly condition: "held" | "released" | "lost";
  /** What its owner said when releasing it. Kept for at least 60 s, or until the next owner. */
  readonly outcome?: JsonObject;
}

/** What asking for a lease brings. */
export type LeaseClaim =
  | { readonly granted: true; readonly lease: Lease }
  | { readonly granted: false; readonly holder: LeaseState };

/** How long a lease lasts. */
export interface LeaseOptions {
  /**
   * The lease ends so many milliseconds after it was acquired or renewed, even when its owner lives. Absent: it lasts
   * while its owner does, where that can be told (same host); where not, for 60 s after it was acquired or renewed.
   */
  readonly expiresAfterMs?: number;
}

/**
 * One owner at a time under a name, over all threads and processes that share the backend. An owner is a thread: when it
 * or its process has ended, its leases are lost at once, and the next to ask gets them; a thread that is busy for long
 * keeps them. Declared by `supports.leases`.
 */
export interface Leases {
  /** Takes a lease that nobody holds; otherwise says who does. Never waits for the holder. Not re-entrant. */
  acquireLease(name: string, options?: LeaseOptions): Promise<LeaseClaim>;
  /** Prolongs a lease; `false` when it is no longer held with this token. */
  renewLease(lease: Lease): Promise<boolean>;
  /** Gives a lease back, with a word to those who waited; `false` when it was no longer held with this token. */
  releaseLease(lease: Lease, outcome?: JsonObject): Promise<boolean>;
  /** What is known of the newest lease under a name; cheap, for those who wait. */
  readLease(name: string): Promise<LeaseState | undefined>;
}
