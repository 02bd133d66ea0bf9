import type { CacheBackend } from "../backend.js";
import { type Clock, systemClock } from "../clock.js";
import type { CacheEventListener } from "../events.js";
import type { CacheOptions } from "./cache-options.js";
import { checkBackend } from "./check-backend.js";
import { type CodecSet, codecSet } from "./codec-set.js";
import { type ComputeLeases, computeLeases } from "./compute/compute-leases.js";
import { type EntryAges, entryAges } from "./entry-ages.js";
import { type EntryReader, entryReader } from "./entry-reader.js";
import { type Expiring, expiring } from "./expiring.js";
import { type Flights, flights } from "./flights.js";
import { guardedListener } from "./guarded-listener.js";
import { type NewerFormats, newerFormats } from "./newer-formats.js";
import { backendStatistics, countersOf, type Statistics } from "./statistics.js";
import { type WriteQueue, writeQueue } from "./write-queue.js";

/** What the methods of a cache work with. */
export interface CacheParts {
  readonly backend: CacheBackend;
  readonly codecs: CodecSet;
  readonly clock: Clock;
  /** From 0 to less than 1. */
  readonly random: () => number;
  readonly onEvent: CacheEventListener | undefined;
  readonly reader: EntryReader;
  readonly flights: Flights;
  /** Of computations; absent where the backend has no leases. */
  readonly leases: ComputeLeases | undefined;
  readonly queue: WriteQueue;
  readonly ages: EntryAges;
  readonly expiring: Expiring;
  readonly newer: NewerFormats;
  /** Absent where the backend has no counters, or none are wanted. */
  readonly statistics: Statistics | undefined;
}

/** @throws LarderError `invalid-backend` */
export function cacheParts(options: CacheOptions): CacheParts {
  const backend = checkBackend(options?.backend);
  const codecs = codecSet(options.codecs, backend.codecs);
  const clock = options.clock ?? systemClock;
  const listener = guardedListener(options.onEvent);
  const counters = options.statistics === false ? undefined : countersOf(backend);
  const statistics = counters && backendStatistics(counters, listener);
  const onEvent = both(statistics?.observe, listener);
  const ages = entryAges(clock);
  const ofExpired = expiring(backend, onEvent);
  const newer = newerFormats(backend, codecs);
  return {
    backend,
    codecs,
    clock,
    random: options.random ?? Math.random,
    onEvent,
    reader: entryReader({ backend, codecs, clock, onEvent, ages, expiring: ofExpired, newer }),
    flights: flights(),
    leases: computeLeases(backend, onEvent),
    queue: writeQueue(),
    ages,
    expiring: ofExpired,
    newer,
    statistics,
  };
}

function both(
  first: CacheEventListener | undefined,
  second: CacheEventListener | undefined,
): CacheEventListener | undefined {
  if (first === undefined || second === undefined) return first ?? second;
  return (event) => {
    first(event);
    second(event);
  };
}
