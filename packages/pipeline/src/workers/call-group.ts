import type { FuncNode } from "../func-node.js";
import type { CallContext } from "../node-caller.js";
import type { FindMessage, FoundNode, MissingNode } from "./messages.js";
import type { PoolMember } from "./pool-member.js";
import type { SharedValue } from "./sent-values.js";
import type { WireValue } from "./wire/wire-value.js";

/** A call that waits for a worker, or is with one. */
export interface PooledCall {
  readonly values: readonly (WireValue | SharedValue)[];
  readonly context: CallContext;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
  /** Calls the function in this thread instead. */
  readonly locally: () => void;
  /** Whether it was answered, or nobody waits for the answer any more. */
  settled: boolean;
  /** How often a worker died that had it. */
  losses: number;
  /** Where it was sent. */
  sent: { readonly member: PoolMember; readonly number: number; readonly slot: number } | undefined;
}

/** The calls of one node in one run. */
export interface CallGroup {
  readonly node: FuncNode;
  /** What is asked of each worker first. */
  readonly question: Omit<FindMessage, "kind" | "request">;
  /** Whether what one worker has answered holds in later runs. */
  readonly remembers: boolean;
  /** Why the node a worker has found is not the one to be run; `undefined` when it is. */
  differs(found: FoundNode): string | undefined;
  /** Names of the values of each call, in their order. */
  readonly names: readonly string[];
  readonly waiting: PooledCall[];
  /** Calls under way at once in each worker, of functions that wait. */
  readonly lanes: number;
  /** Calls that go one by one, and say when they begin. */
  readonly alone: boolean;
  /** Makes the rest of the calls run in this thread. */
  giveUp(reason: GivingUp): void;
  /** What a result could not be sent for. */
  unsendable(path: string, reason: string): void;
  readonly pace: Pace;
}

/** Why a node is not run in workers. */
export type GivingUp =
  | { readonly why: MissingNode; readonly message: string }
  | { readonly why: "differs"; readonly message: string }
  | { readonly why: "unavailable"; readonly message: string };

/** How many calls go together. */
export interface Pace {
  /** Learns how long a call took. */
  took(seconds: number): void;
  /** How many calls go to a worker at once, so that they take it some milliseconds; no more than its share. */
  next(share: number): number;
}

/** Milliseconds of work that go together. */
const batchMs = 30;
const mostTogether = 128;

export function createPace(lanes: number): Pace {
  let average: number | undefined;
  let last = 1;
  return {
    took(seconds) {
      average = average === undefined ? seconds : average + (seconds - average) * 0.1;
    },
    next(share) {
      const fit = average === undefined ? 1 : Math.floor(batchMs / 1000 / Math.max(average, 1e-6));
      const grown = Math.min(fit, last * 4, mostTogether);
      last = Math.max(grown, 1);
      return Math.max(1, Math.min(Math.max(last, lanes), share));
    },
  };
}
