import type { BlobRecord, JsonObject, TransactionView } from "@larder/core";
import type { StructureStore } from "./structure-store.js";

/** A start that was granted. */
export interface StartClaim {
  readonly number: number;
  /** By the steady clock: it must have started by then, or claim again. */
  readonly latestMs: number;
  /** How much was allowed for the commit. */
  readonly allowanceMs: number;
}

/** What asking for a start brings. */
export type StartAnswer =
  | { readonly kind: "claimed"; readonly claim: StartClaim }
  | { readonly kind: "wait"; readonly waitMs: number };

/** Grants starts. */
export interface StartClaims {
  /** @param missed - a claim whose time went by before the start: it is moved, when it still can be */
  claim(missed?: StartClaim): Promise<StartAnswer>;
}

const numberDigits = 14;
const firstAllowanceMs = 5;
const deletedAtOnce = 1000;

/**
 * Starts of a function, at most `count` in any span of `periodMs`: a sliding window log (A. Xu, "System Design Interview",
 * 2020, chapter 4) of which only the last `count` entries are kept. Start number k is granted at
 *
 *     t(k) ≥ s(k − count) + period
 *
 * where s(k) is a moment no earlier than the start itself: the claim says "by s(k) at the latest", with an allowance for the
 * commit, and who comes too late claims again. So every start is at least a period after the one `count` before it; of
 * more than `count` starts in one period two would be a multiple of `count` apart, so there are none. A token bucket or GCRA
 * (ITU-T I.371) with a burst of `count` would let through up to twice as many in a period.
 *
 * Moments are those of the steady clock. After a boot, and where a moment lies further ahead than it can, the log counts as
 * written now: one period is waited, whatever the wall clock says.
 */
export function startClaims(store: StructureStore, count: number, periodMs: number): StartClaims {
  const { prefix, clock } = store;
  const keyOf = (number: number) => prefix + number.toString(16).padStart(numberDigits, "0");
  const numberOf = (key: string) => Number.parseInt(key.slice(prefix.length), 16);

  const write = (view: TransactionView, number: number, atMs: number): void => {
    const start: JsonObject = { boot: clock.bootId, atMs };
    view.set(keyOf(number), store.mark({ start }));
  };

  /** When the start of a key in the log was, at the latest; `undefined` when that can't be told. */
  const moment = (view: TransactionView, key: string): number | undefined => {
    const atMs = parseStart(view.record(key), clock.bootId);
    return atMs === undefined || atMs > clock.steady() + longestAheadMs ? undefined : atMs;
  };

  /** Whatever can't be told when it was, was now. */
  const writeAnew = (view: TransactionView): void => {
    const now = clock.steady();
    for (const key of [...view.keys({ prefix })]) {
      if (moment(view, key) === undefined) write(view, numberOf(key), now);
    }
  };

  const grant = (view: TransactionView, number: number, allowanceMs: number): StartAnswer => {
    const latestMs = clock.steady() + allowanceMs;
    write(view, number, latestMs);
    return { kind: "claimed", claim: { number, latestMs, allowanceMs } };
  };

  return {
    claim(missed) {
      return store.transact((view) => {
        if (missed !== undefined && view.record(keyOf(missed.number)) !== undefined) {
          return grant(view, missed.number, Math.min(longestAheadMs / 2, missed.allowanceMs * 2));
        }
        const [last] = view.keys({ prefix, reverse: true, limit: 1 });
        const number = last === undefined ? count : numberOf(last) + 1;
        // Of those that are older, none matters any more.
        const oldest = keyOf(Math.max(0, number - count));
        const [found] = view.keys({ prefix, from: oldest, limit: 1 });
        if (found === oldest) {
          if (moment(view, oldest) === undefined) writeAnew(view);
          const waitMs = (moment(view, oldest) ?? clock.steady()) + periodMs - clock.steady();
          if (waitMs > 0) return { kind: "wait", waitMs };
        }
        const before = keyOf(Math.max(0, number - count) + 1);
        for (const key of [...view.keys({ prefix, before, limit: deletedAtOnce })]) view.delete(key);
        return grant(view, number, firstAllowanceMs);
      });
    },
  };
}

/** No claim lies further ahead. */
const longestAheadMs = 60_000;

function parseStart(record: BlobRecord | undefined, bootId: string): number | undefined {
  const start = record?.details?.start;
  if (typeof start !== "object" || start === null || Array.isArray(start)) return undefined;
  const { boot, atMs } = start as JsonObject;
  return boot === bootId && typeof atMs === "number" && Number.isFinite(atMs) ? atMs : undefined;
}
