import type { OpenStore } from "../open-store.js";
import { orderAhead } from "../order/entry-order.js";
import type { StoreContext, TransactionPart } from "../store-context.js";
import { reclaimExpired } from "./evict.js";
import { readExpiryHint } from "./expiry-rows.js";
import { lookAtClock } from "./future-entries.js";

/** Expired entries forgotten with each batch of writes. */
const perBatch = 8;

/** Expired entries forgotten in one transaction when there is nothing else to do. */
const perSweep = 500;

const sweepEveryMs = 5_000;

/** Reads are written at the latest so long after they were made. */
const readsWithinMs = 1_000;

/** What was stored less than so long ago is not yet forgotten in the background: whoever stored it may be about to look. */
const settledAfterMs = 2_000;

/** What is done along with the writes of others, or when there are none. */
export interface Housekeeping extends TransactionPart {
  /** Starts the timers, which keep no process alive. */
  start(store: OpenStore): void;
  /** A read was noted, or a file opened or closed. */
  wake(): void;
  /** Stops the timers, and writes what is left. */
  stop(): Promise<void>;
}

/** The housekeeping of a store. */
export function housekeeping(context: StoreContext): Housekeeping {
  const { space } = context;
  const { clock } = space;
  let mark = { at: clock.monotonic(), sequence: 0 };
  let settled = 0;
  let store: OpenStore | undefined;
  let sweeping: NodeJS.Timeout | undefined;
  let waking: { readonly timer: NodeJS.Timeout; readonly at: number } | undefined;
  const sweepClock = lookAtClock(context);

  const settle = () => {
    if (clock.monotonic() - mark.at < settledAfterMs) return;
    settled = mark.sequence;
    mark = { at: clock.monotonic(), sequence: space.account.totals().nextSequence };
  };
  /** What fails here is tried again with the next write. */
  const quietly = (change: () => void) => store?.batches.run(change).catch(() => undefined);
  const isSomethingExpired = () => {
    context.environment.refresh();
    const [first] = context.environment.expiry.rowsIn({ limit: 1 });
    const hint = first && readExpiryHint(first);
    return first !== undefined && (hint === undefined || hint.time <= clock.now());
  };
  const sweep = () => {
    try {
      if (isSomethingExpired()) void quietly(() => reclaimExpired(context, perSweep, settled));
      if (sweepClock.isDue()) void quietly(() => sweepClock.step());
    } catch {
      // The index can't be read just now: whoever reads or writes it is told.
    }
  };
  return {
    begin() {
      settle();
      space.accessLog.write(context);
      space.openFiles.write(context);
      reclaimExpired(context, perBatch, settled);
      orderAhead(context);
    },
    beforeCommit() {},
    ended() {},
    start(opened) {
      store = opened;
      space.onNoted = () => this.wake();
      sweeping = setInterval(sweep, sweepEveryMs).unref();
    },
    wake() {
      if (store === undefined) return;
      const due = space.openFiles.dueInMs() ?? readsWithinMs;
      const at = performance.now() + due;
      if (waking !== undefined && waking.at <= at) return;
      clearTimeout(waking?.timer);
      const timer = setTimeout(() => {
        waking = undefined;
        if (space.accessLog.size > 0 || space.openFiles.isBehind()) void quietly(() => undefined);
        else if (space.openFiles.dueInMs() !== undefined) this.wake();
      }, due).unref();
      waking = { timer, at };
    },
    async stop() {
      clearInterval(sweeping);
      clearTimeout(waking?.timer);
      if (space.accessLog.size > 0 || space.openFiles.isBehind()) await quietly(() => undefined);
      space.onNoted = () => {};
      store = undefined;
    },
  };
}
