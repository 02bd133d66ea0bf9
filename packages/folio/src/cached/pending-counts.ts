import type { Clock, TransactionView } from "@larder/core";
import type { BundleCounts, ContentId } from "./folio-store.js";
import { addedCounts, noCounts } from "./store-rows.js";

/** Accesses of an item that are not in its row yet. */
export interface PendingAccess {
  readonly times: number;
  /** Absolute milliseconds. */
  readonly last: number;
  /** The latest time that its content was known to be what the remote has. */
  readonly confirmed?: ConfirmedContent | undefined;
}

/** What was found to be what the remote has, and when: absolute milliseconds. */
export interface ConfirmedContent {
  readonly content: ContentId;
  readonly at: number;
}

/** What is counted in memory, and written at most once a second. */
export interface PendingCounts {
  touch(itemKey: string, confirmed?: ConfirmedContent): void;
  /** Accesses of an item that are yet to be written. */
  accesses(itemKey: string): PendingAccess | undefined;
  count(url: string, amounts: Partial<BundleCounts>): void;
  /** Counts of a bundle that are yet to be written. */
  counts(url: string): BundleCounts;
  /** Forgets what was counted for items. */
  forgetAccesses(itemKeys: Iterable<string>): void;
  forgetCounts(url: string): void;
  forgetAll(): void;
  /** Writes all that was counted so far. @throws what writing throws; it is tried again with the next */
  flush(): Promise<void>;
  /** Stops the timer. */
  stop(): void;
}

/** How rows are changed by what was counted. Within a transaction. */
export interface CountedRows {
  addAccess(view: TransactionView, itemKey: string, access: PendingAccess): void;
  addCounts(view: TransactionView, url: string, counts: BundleCounts): void;
}

const everyMs = 1000;

/** Rows changed in one transaction, which holds up other writers. */
const rowsAtOnce = 500;

/** What a process has not written when it is killed is forgotten: the timer runs once something was counted. */
export function pendingCounts(
  transact: (body: (view: TransactionView) => void) => Promise<void>,
  rows: CountedRows,
  clock: Clock,
): PendingCounts {
  let accesses = new Map<string, PendingAccess>();
  let counts = new Map<string, BundleCounts>();
  let timer: NodeJS.Timeout | undefined;
  let flushing: Promise<void> | undefined;

  function wake(): void {
    timer ??= setTimeout(() => {
      timer = undefined;
      // What fails is tried again with what is counted next.
      void flush().catch(() => undefined);
    }, everyMs).unref();
  }

  function addAccess(key: string, { times, last, confirmed = accesses.get(key)?.confirmed }: PendingAccess): void {
    const before = accesses.get(key);
    const sum = { times: (before?.times ?? 0) + times, last: Math.max(before?.last ?? 0, last) };
    accesses.set(key, confirmed === undefined ? sum : { ...sum, confirmed });
  }

  function addCounts(url: string, amounts: Partial<BundleCounts>): void {
    counts.set(url, addedCounts(counts.get(url) ?? noCounts, amounts));
  }

  async function write(): Promise<void> {
    const written = { accesses, counts };
    accesses = new Map();
    counts = new Map();
    const steps: ((view: TransactionView) => void)[] = [
      ...[...written.counts].map(
        ([url, amounts]) =>
          (view: TransactionView) =>
            rows.addCounts(view, url, amounts),
      ),
      ...[...written.accesses].map(
        ([key, access]) =>
          (view: TransactionView) =>
            rows.addAccess(view, key, access),
      ),
    ];
    for (let at = 0; at < steps.length; at += rowsAtOnce) {
      const some = steps.slice(at, at + rowsAtOnce);
      try {
        await transact((view) => {
          for (const step of some) step(view);
        });
      } catch (error) {
        restore(written, at);
        throw error;
      }
    }
  }

  /** Puts back what was not written. */
  function restore(written: { accesses: typeof accesses; counts: typeof counts }, from: number): void {
    const ofCounts = written.counts.size;
    for (const [url, amounts] of [...written.counts].slice(from)) addCounts(url, amounts);
    for (const [key, access] of [...written.accesses].slice(Math.max(0, from - ofCounts))) {
      // What came meanwhile is later.
      addAccess(key, { ...access, confirmed: accesses.get(key)?.confirmed ?? access.confirmed });
    }
  }

  async function flush(): Promise<void> {
    clearTimeout(timer);
    timer = undefined;
    await flushing?.catch(() => undefined);
    if (accesses.size + counts.size === 0) return;
    flushing = write().finally(() => {
      flushing = undefined;
    });
    await flushing;
  }

  return {
    touch(itemKey, confirmed) {
      addAccess(itemKey, { times: 1, last: clock.now(), confirmed });
      wake();
    },
    accesses: (itemKey) => accesses.get(itemKey),
    count(url, amounts) {
      addCounts(url, amounts);
      wake();
    },
    counts: (url) => counts.get(url) ?? noCounts,
    forgetAccesses(itemKeys) {
      for (const key of itemKeys) accesses.delete(key);
    },
    forgetCounts(url) {
      counts.delete(url);
    },
    forgetAll() {
      accesses.clear();
      counts.clear();
    },
    flush,
    stop() {
      clearTimeout(timer);
      timer = undefined;
    },
  };
}
