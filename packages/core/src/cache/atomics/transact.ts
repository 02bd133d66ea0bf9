import type { CacheBackend } from "../../backend.js";
import type { BlobRecord } from "../../blob-record.js";
import type { TransactionOptions, Transactions, TransactionView } from "../../capabilities/index.js";
import { loadXxhash } from "../../checksum/xxhash.js";
import { LarderError, UnsupportedCapabilityError } from "../../errors.js";
import type { CacheEvent } from "../../events.js";
import { backendFailure } from "../backend-failure.js";
import type { CacheParts } from "../cache-parts.js";
import { cacheView, type ViewSteps } from "./cache-view.js";

/** What a transaction of values is asked for. */
export interface Transact<Result> extends TransactionOptions {
  /** Names it in errors, such as `Incrementing`. */
  readonly operation: string;
  /** May run more than once; see `Transactions`. */
  readonly body: (steps: ViewSteps) => Result;
}

/** What one run of a body did. */
export interface TransactionRun {
  readonly events: CacheEvent[];
  readonly written: Set<string>;
  /** What was seen expired. */
  readonly expired: Map<string, BlobRecord>;
  /** What has a time to live since this run, in milliseconds. */
  readonly lifetimes: Map<string, { readonly record: BlobRecord; readonly lifetimeMs: number }>;
  failure?: { readonly error: unknown };
}

/**
 * Runs a body over values as one step. Its events are sent once it is committed, those of its last run only, and
 * computations under way for the keys it wrote are not stored.
 *
 * @throws UnsupportedCapabilityError when the backend has no transactions
 * @throws what the body throws; `asynchronous-transaction` when it returns a promise
 * @throws LarderError `backend-failed`, or the backend's own
 */
export async function transact<Result>(parts: CacheParts, { operation, body, key }: Transact<Result>): Promise<Result> {
  const backend = withTransactions(parts.backend, operation);
  const xxhash = await loadXxhash();
  let run = newRun();
  const runOnce = (blobs: TransactionView): Result => {
    run = newRun();
    try {
      const result = body(cacheView({ parts, blobs, xxhash, run }));
      refusePromise(result);
      return result;
    } catch (error) {
      run.failure = { error };
      throw error;
    }
  };
  let result: Result;
  try {
    result = await backend.transaction(runOnce, key === undefined ? {} : { key });
  } catch (error) {
    if (run.failure !== undefined) throw run.failure.error;
    throw backendFailure("run a transaction on", key ?? "its keys", error);
  }
  // Those that began between the writing and the commit found what was there before.
  for (const written of run.written) parts.flights.supersede(written);
  noteTimes(parts, run);
  for (const event of run.events) parts.onEvent?.(event);
  return result;
}

function newRun(): TransactionRun {
  return { events: [], written: new Set(), expired: new Map(), lifetimes: new Map() };
}

/** So that no jump of the clock makes what was stored live longer, nor what has expired live again. */
function noteTimes({ ages, clock, expiring }: CacheParts, { written, expired, lifetimes }: TransactionRun): void {
  for (const [key, { record, lifetimeMs }] of lifetimes) ages.stored(key, record, lifetimeMs);
  for (const [key, record] of expired) if (!written.has(key)) expiring.expire(key, record, clock.now());
}

/** @throws UnsupportedCapabilityError */
function withTransactions(backend: CacheBackend, operation: string): Transactions {
  if (backend.supports?.transactions !== true) throw new UnsupportedCapabilityError("transactions", operation);
  return backend as CacheBackend & Transactions;
}

function refusePromise(result: unknown): void {
  if (typeof (result as PromiseLike<unknown> | undefined | null)?.then !== "function") return;
  (result as PromiseLike<unknown>).then(undefined, () => undefined); // it may fail for want of the view
  throw new LarderError(
    "A transaction must be synchronous, and its function returned a promise; nothing of it was stored. Do what must be waited for before it.",
    { code: "asynchronous-transaction" },
  );
}
