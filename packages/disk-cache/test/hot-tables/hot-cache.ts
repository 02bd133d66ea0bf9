import { readdirSync } from "node:fs";
import { join } from "node:path";
import { Cache, type CacheEvent } from "@larder/core";
import { DiskCache, type DiskCacheOptions } from "@larder/disk-cache";
import { afterEach } from "vitest";
import { temporaryDirectory } from "../temporary-directory.js";

const opened: Cache[] = [];

afterEach(async () => {
  for (const cache of opened.splice(0)) await cache.close();
});

type Replace = DiskCache["replaceBlob"];
type Acquire = DiskCache["acquireLease"];

/** A disk cache with a step of its own before a table is replaced, and when a lease is refused to it. */
class MeddledCache extends DiskCache {
  meddle: (key: string) => Promise<void> | void = () => {};
  refused: () => void = () => {};

  override async acquireLease(...args: Parameters<Acquire>): ReturnType<Acquire> {
    const claim = await super.acquireLease(...args);
    if (!claim.granted) this.refused();
    return claim;
  }

  override async replaceBlob(...args: Parameters<Replace>): ReturnType<Replace> {
    await this.meddle(args[0]);
    return super.replaceBlob(...args);
  }
}

/** A cache whose tables become hot after 3 reads, with a clock that is set by hand; closed after the test. */
export function hotCache(options: DiskCacheOptions = {}) {
  const directory = options.directory ?? temporaryDirectory();
  const events: CacheEvent[] = [];
  const listeners = new Set<() => void>();
  const onEvent = (event: CacheEvent) => {
    events.push(event);
    for (const listener of listeners) listener();
  };
  const time = { now: 1_700_000_000_000 };
  const clock = { now: () => time.now, monotonic: () => performance.now() };
  const backend = new MeddledCache({ hotTables: {}, inlineLimitBytes: 0, clock, onEvent, ...options, directory });
  const cache = new Cache({ backend, onEvent, clock });
  opened.push(cache);

  /** Resolves once so many events are of a type, or warnings of a code. */
  function told(name: string, key?: string, times = 1): Promise<void> {
    return new Promise((resolve) => {
      const look = () => {
        const count = events.filter(
          (event) =>
            (event.type === "warning" ? event.code : event.type) === name &&
            (!key || ("key" in event && event.key === key)),
        ).length;
        if (count < times) return;
        listeners.delete(look);
        resolve();
      };
      listeners.add(look);
      look();
    });
  }

  /** Reads a table, a moment after what was before. */
  async function read(key: string, times = 1): Promise<void> {
    for (let i = 0; i < times; i++) {
      time.now++;
      await cache.get(key);
    }
  }

  async function recordOf(key: string) {
    const blob = await backend.getBlob(key, { countsAsUse: false });
    await blob?.close?.();
    return blob?.record;
  }

  /** What a table takes more than it took cold; `undefined`: it is not hot by use. */
  async function growthOf(key: string): Promise<number | undefined> {
    const record = await recordOf(key);
    const coldBytes = record?.details?.coldBytes as number | undefined;
    return coldBytes === undefined ? undefined : record!.byteLength - coldBytes;
  }

  const files = (folder: string) =>
    readdirSync(join(directory, folder), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name));

  return { directory, backend, cache, events, time, told, read, recordOf, growthOf, files };
}
