import { Cache, type CacheEvent, type CacheOptions, type MemoryCache } from "../../src/index.js";
import { deferred } from "./deferred.js";

/** Caches on one backend, which know no more of each other than those of two processes. */
export function cachesOn(backend: MemoryCache, count: number, options: Partial<CacheOptions> = {}) {
  const events: CacheEvent[] = [];
  const onEvent = (event: CacheEvent) => void events.push(event);
  const caches = Array.from({ length: count }, () => new Cache({ backend, onEvent, random: () => 0, ...options }));
  const told = (type: CacheEvent["type"]) => events.filter((event) => event.type === type);
  return { caches, events, told };
}

/** A computation that is counted, and ends when told. */
export function slowly<T>() {
  const work = deferred<T>();
  const computation = {
    ...work,
    runs: 0,
    compute() {
      computation.runs++;
      return work.promise;
    },
  };
  return computation;
}
