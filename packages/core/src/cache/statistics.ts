import type { CacheBackend } from "../backend.js";
import type { Counters } from "../capabilities/index.js";
import { UnsupportedCapabilityError } from "../errors.js";
import type { CacheEvent, CacheEventListener } from "../events.js";
import { backendFailure } from "./backend-failure.js";
import { type CacheStatistics, countEvent, countsFrom, noCounts } from "./cache-statistics.js";

type CounterName = keyof CacheStatistics;

/** Counts what happens, and hands it on to the backend now and then. */
export interface Statistics {
  count(name: CounterName, by: number): void;
  /** Counts an event. */
  observe(event: CacheEvent): void;
  /** Hands on what was counted; never throws. */
  flush(): void;
  /** Forgets what was counted and not handed on. */
  reset(): void;
}

/** Those of each backend in this thread that have counted something and not handed it on. */
const unsaid = new WeakMap<Counters, Set<Statistics>>();

/** Handed on after so many counts, or so many milliseconds, whichever comes first. */
const countsBetween = 10_000;
const millisecondsBetween = 1000;

/**
 * Statistics of a backend with counters. To count costs an addition; the timer that hands counts on runs only while there
 * are some, and keeps no process alive.
 */
export function backendStatistics(backend: Counters, onEvent: CacheEventListener | undefined): Statistics {
  let counts = noCounts();
  let pending = 0;
  let timer: NodeJS.Timeout | undefined;
  let warned = false;

  function count(name: CounterName, by: number): void {
    counts[name] += by;
    counted();
  }

  function counted(): void {
    pending++;
    if (pending >= countsBetween) flush();
    else if (timer === undefined) begin();
  }

  function begin(): void {
    timer = setTimeout(flush, millisecondsBetween);
    timer.unref();
    const others = unsaid.get(backend);
    if (others === undefined) unsaid.set(backend, new Set([statistics]));
    else others.add(statistics);
  }

  function flush(): void {
    if (pending === 0) return;
    const amounts = Object.fromEntries(Object.entries(counts).filter(([, amount]) => amount !== 0));
    reset();
    try {
      backend.addToCounters(amounts);
    } catch (cause) {
      if (warned) return;
      warned = true;
      const message = `The backend took no statistics, and those counted until now are lost: ${String((cause as Error)?.message ?? cause)}`;
      onEvent?.({ type: "warning", code: "backend-failed", message, cause });
    }
  }

  function reset(): void {
    counts = noCounts();
    pending = 0;
    clearTimeout(timer);
    timer = undefined;
    unsaid.get(backend)?.delete(statistics);
  }

  const statistics: Statistics = {
    count,
    flush,
    reset,
    observe(event) {
      // What the backend evicts, it counts itself.
      if (event.type === "warning" || event.type === "evict") return;
      countEvent(counts, event);
      counted();
    },
  };
  return statistics;
}

/** The backend's counters, or `undefined` when it has none. */
export function countersOf(backend: CacheBackend): Counters | undefined {
  return backend.supports?.counters === true ? (backend as CacheBackend & Counters) : undefined;
}

/**
 * What all processes have counted; what other threads have not handed on may be missing.
 *
 * @throws UnsupportedCapabilityError, LarderError `backend-failed`, or the backend's own
 */
export async function readStatistics(backend: CacheBackend): Promise<CacheStatistics> {
  const counters = countersOf(backend);
  if (counters === undefined) throw new UnsupportedCapabilityError("counters", "Reading statistics");
  flushStatistics(backend);
  let stored: Readonly<Record<string, number>>;
  try {
    stored = await counters.readCounters();
  } catch (error) {
    throw backendFailure("read", "its counters", error);
  }
  return Object.freeze(countsFrom(stored));
}

/** Hands on what all caches of this thread have counted for a backend, such as before it is closed. */
export function flushStatistics(backend: CacheBackend): void {
  const counters = countersOf(backend);
  if (counters !== undefined) for (const statistics of [...(unsaid.get(counters) ?? [])]) statistics.flush();
}

/** Forgets what caches of this thread have counted for a backend that was cleared. */
export function resetStatistics(backend: CacheBackend): void {
  const counters = countersOf(backend);
  if (counters !== undefined) for (const statistics of [...(unsaid.get(counters) ?? [])]) statistics.reset();
}
