import { randomBytes } from "node:crypto";
import { type DeadLetter, deadLetters } from "./dead-letters.js";
import { deadlineAfter } from "./deadline.js";
import { spanMilliseconds, wholeNumber } from "./invalid-option.js";
import { countKeys } from "./key-pages.js";
import { largestPriority, queueTables } from "./queue-tables.js";
import { settleQueue } from "./settle-queue.js";
import { type StructureOptions, structureStore } from "./structure-store.js";
import { type Delivery, takeItem } from "./take-item.js";
import type { EncodedBytes } from "./value-codecs.js";
import { type Pace, type WaitOptions, waitFor } from "./waiting.js";

/** How a queue works. */
export interface QueueOptions extends StructureOptions, Pace {
  /**
   * Deliveries of an item, 1 or more, after which it is put away as a dead letter when none was acknowledged. Default: 5.
   * Give the same in every process: each goes by its own.
   */
  readonly maxAttempts?: number;
}

/** How an item is put. */
export interface PutOptions {
  /** It is delivered no earlier than so many seconds, 0 or more, from now. Default: 0. */
  readonly delaySeconds?: number;
  /** A whole number of at most 31 bits; larger ones are delivered first. Default: 0. */
  readonly priority?: number;
}

/** How an item is taken. `waitSeconds` is 0 by default: look once. */
export interface TakeOptions extends WaitOptions {
  /** How long the taker has, above 0, to acknowledge or extend. */
  readonly leaseSeconds: number;
}

/** How many items a queue holds, by what is to become of them. */
export interface QueueStats {
  readonly ready: number;
  readonly leased: number;
  readonly delayed: number;
  readonly dead: number;
}

/**
 * A durable queue over all threads and processes that share the backend. Each item is delivered at least once: again when
 * its taker's thread or process has ended (at once), when its lease was over, and when it was released; never to two at
 * a time, except where a lease was over before its taker was done. First put, first delivered, within a priority.
 */
export interface Queue<Value> {
  /**
   * Adds an item.
   *
   * @returns its id, which lasts until it is acknowledged
   * @throws LarderError `uncacheable-value`, `invalid-option`
   */
  put(value: Value, options?: PutOptions): Promise<string>;
  /** Adds many items in one step, in order, with the same options. */
  putMany(values: Iterable<Value>, options?: PutOptions): Promise<string[]>;
  /**
   * Takes the next item, or waits for one.
   *
   * @returns `undefined` when there was none in time
   * @throws LarderError `unknown-codec`: nothing was taken
   * @throws the reason of the signal
   */
  take(options: TakeOptions): Promise<Delivery<Value> | undefined>;
  /** Items that were delivered too often, in the order of putting. They stay until requeued or removed. */
  deadLetters(): AsyncIterableIterator<DeadLetter<Value>>;
  /** Counts the items: some hundred thousand a second. */
  stats(): Promise<QueueStats>;
}

/**
 * The queue of this name on a backend.
 *
 * @throws UnsupportedCapabilityError when the backend has no transactions
 * @throws LarderError `invalid-name`, `invalid-option`
 */
export function openQueue<Value = unknown>(options: QueueOptions): Queue<Value> {
  const { maxAttempts: given = 5, random, sleep, ...where } = options;
  const store = structureStore("queue", where);
  const { prefix, clock, codecs } = store;
  const maxAttempts = wholeNumber("maxAttempts", given, 1);
  const pace = { ...(random !== undefined && { random }), ...(sleep !== undefined && { sleep }) };

  async function putMany(values: Iterable<Value>, { delaySeconds = 0, priority = 0 }: PutOptions = {}) {
    const delayMs = spanMilliseconds("delaySeconds", delaySeconds, "0 or more");
    wholeNumber("priority", priority, -largestPriority, largestPriority);
    const encoded: EncodedBytes[] = [];
    const suffix = randomBytes(4).toString("hex");
    for (const value of values) encoded.push(await codecs.encode(value));
    return store.transact((view) => {
      const tables = queueTables(store, view);
      return encoded.map((each) => {
        const until = delayMs > 0 ? deadlineAfter(delayMs, clock) : undefined;
        const place = until === undefined ? ({ kind: "ready" } as const) : ({ kind: "delayed", until } as const);
        return tables.add(each, { priority, attempts: 0, place }, suffix);
      });
    });
  }

  return {
    async put(value, putOptions) {
      const [id] = await putMany([value], putOptions);
      return id!;
    },
    putMany,
    async take({ leaseSeconds, ...waiting }) {
      const leaseMs = spanMilliseconds("leaseSeconds", leaseSeconds);
      return waitFor(() => takeItem<Value>({ store, maxAttempts, leaseMs }), waiting, clock, pace);
    },
    deadLetters: () => deadLetters<Value>(store),
    async stats() {
      let settled = false;
      while (!settled) {
        settled = await store.transact((view) => settleQueue({ store, tables: queueTables(store, view), maxAttempts }));
      }
      const leased = await countKeys(store, { prefix: `${prefix}held/` });
      const timed = await countKeys(store, { prefix: `${prefix}due/` });
      const ready = await countKeys(store, { prefix: `${prefix}ready/` });
      const dead = await countKeys(store, { prefix: `${prefix}dead/` });
      return { ready, leased, delayed: Math.max(0, timed - leased), dead };
    },
  };
}
