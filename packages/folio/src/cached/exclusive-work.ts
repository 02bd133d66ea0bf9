import {
  awaitHolder,
  type CacheBackend,
  type CacheEventListener,
  type Clock,
  computeLeases,
  type HeldLease,
} from "@larder/core";
import { CacheError } from "../folio-errors.js";

/** How {@link ExclusiveWork.run} waits. */
export interface ExclusiveOptions {
  /** How long a holder is waited for that makes no progress, in milliseconds. Default 30,000. */
  readonly waitMs?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Whether the work is no longer needed: looked at now and then while waiting, and before the work. */
  readonly isDone?: (() => Promise<boolean>) | undefined;
  /** What shows that the holder gets on: whenever it changes, the wait starts anew. */
  readonly progress?: (() => Promise<unknown>) | undefined;
}

/** Work that only one does at a time under a name. */
export interface ExclusiveWork {
  /** @throws CacheError `lock-timeout`; the reason of the signal; what `work` throws */
  run<Result>(name: string, work: () => Promise<Result>, options?: ExclusiveOptions): Promise<Result | "done">;
  /** Waits until no lease is being given back. */
  close(): Promise<void>;
}

const defaultWaitMs = 30_000;

/** How often those who wait look whether the holder gets on, in milliseconds. */
const lookEveryMs = 200;

/**
 * Over all threads and processes that share the backend, by its leases, which end with their owner; where it has none, or
 * they fail, within this thread only.
 */
export function exclusiveWork(
  backend: CacheBackend,
  {
    clock,
    random,
    onEvent,
  }: { readonly clock: Clock; readonly random: () => number; readonly onEvent: CacheEventListener },
): ExclusiveWork {
  const leases = computeLeases(backend, onEvent);
  /** The work of this thread that is under way, or waits for another, by name. */
  const turns = new Map<string, Promise<void>>();

  return {
    async run(name, work, options = {}) {
      const { signal, isDone = async () => false } = options;
      signal?.throwIfAborted();
      const patience = patienceOf(name, options, clock);
      let turn: (() => void) | undefined;
      let lease: HeldLease | undefined;
      try {
        for (let before = turns.get(name); before !== undefined; before = turns.get(name)) {
          await patience.until(before, isDone);
          if (await isDone()) return "done";
        }
        turn = takeTurn(turns, name);
        const key = `folio:${name}`;
        for (;;) {
          const claim = await leases?.claim(key, () => false);
          if (claim === undefined || claim.lease !== undefined) {
            lease = claim?.lease;
            break;
          }
          patience.begin();
          const waited = {
            key,
            holder: claim.holder,
            leases: leases!,
            isThere: isDone,
            signal: patience.signal,
            random,
          };
          await awaitHolder(waited);
          if (await isDone()) return "done";
        }
        patience.end();
        // Whoever had it before may have done it.
        if (await isDone()) return "done";
        return await work();
      } finally {
        patience.end();
        lease?.release();
        turn?.();
      }
    },
    close: async () => leases?.close(),
  };
}

function takeTurn(turns: Map<string, Promise<void>>, name: string): () => void {
  let end = () => {};
  const turn = new Promise<void>((resolve) => {
    end = resolve;
  });
  turns.set(name, turn);
  return () => {
    turns.delete(name);
    end();
  };
}

interface Patience {
  /** Aborted when there was no progress for too long, or the caller gives up. */
  readonly signal: AbortSignal;
  begin(): void;
  /** Waits for something of this thread, at most as long; also ends when `isDone`. */
  until(before: Promise<void>, isDone: () => Promise<boolean>): Promise<void>;
  end(): void;
}

function patienceOf(
  name: string,
  { waitMs = defaultWaitMs, signal, progress }: ExclusiveOptions,
  clock: Clock,
): Patience {
  const over = new AbortController();
  const both = signal === undefined ? over.signal : AbortSignal.any([signal, over.signal]);
  let since = clock.monotonic();
  let last: unknown;
  let timer: NodeJS.Timeout | undefined;
  let looking = false;

  async function look(): Promise<void> {
    if (looking) return;
    looking = true;
    try {
      const now = await progress?.().catch(() => undefined);
      if (now !== last) {
        last = now;
        since = clock.monotonic();
      }
      if (clock.monotonic() - since >= waitMs) over.abort(lockTimeout(name, waitMs));
    } finally {
      looking = false;
    }
  }

  function begin(): void {
    if (timer !== undefined) return;
    since = clock.monotonic();
    void look();
    timer = setInterval(() => void look(), Math.min(lookEveryMs, Math.max(1, waitMs)));
  }

  return {
    signal: both,
    begin,
    async until(before, isDone) {
      begin();
      let looked: NodeJS.Timeout | undefined;
      let stop = () => {};
      const ended = new Promise<void>((resolve, reject) => {
        const aborted = () => reject(both.reason);
        both.addEventListener("abort", aborted, { once: true });
        looked = setInterval(() => {
          isDone().then(
            (done) => done && resolve(),
            () => undefined,
          );
        }, lookEveryMs);
        stop = () => both.removeEventListener("abort", aborted);
        if (both.aborted) aborted();
      });
      try {
        await Promise.race([before, ended]);
      } finally {
        clearInterval(looked);
        stop();
      }
    },
    end() {
      clearInterval(timer);
      timer = undefined;
    },
  };
}

function lockTimeout(name: string, waitMs: number): CacheError {
  return new CacheError(
    `Somebody else has worked at '${name}' without getting on for ${waitMs / 1000} s, and is waited for no longer. End the process that hangs, or raise lockTimeoutSeconds.`,
    { code: "lock-timeout", facts: { name, waitMs } },
  );
}
