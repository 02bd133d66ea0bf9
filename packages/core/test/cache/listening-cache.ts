import { Cache, type CacheBackend, type CacheEvent, type CacheOptions, MemoryCache } from "../../src/index.js";
import { fakeClock } from "./fake-clock.js";

/** A cache in memory on a clock that stands still, and what it tells. */
export function listeningCache(options: Partial<CacheOptions> = {}) {
  const events: CacheEvent[] = [];
  const clock = fakeClock();
  const backend: CacheBackend = options.backend ?? new MemoryCache({ clock });
  const cache = new Cache({ clock, ...options, backend, onEvent: (event) => events.push(event) });
  /** What was told since the last time, in short. */
  const told = () =>
    events.splice(0).map((event) => `${event.type} ${event.type === "warning" ? event.code : event.key}`);
  return { cache, clock, backend, events, told };
}

/** What an asynchronous iteration yields. */
export async function listed<T>(items: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const item of items) found.push(item);
  return found;
}
