import { statfs } from "node:fs/promises";
import { type CacheBackend, type CacheEvent, type Clock, LarderError, type SizeLimit } from "@larder/core";
import type { FolioEvent } from "../folio-events.js";
import type { StoreLimits } from "./folio-store.js";
import { contentPrefix, partPrefix } from "./store-keys.js";
import type { StoreBackend } from "./store-parts.js";
import { spaceOf, unevictableBytes } from "./unevictable-bytes.js";

/** What was evicted: contents and parts, and their bytes. */
export interface Evicted {
  readonly items: number;
  readonly bytes: number;
}

/** Keeps a store to its limits. */
export interface Evictions {
  /** Notes what the backend of this thread evicts; told as one event when what it was evicted for is done. */
  note(event: CacheEvent): void;
  /** Tells of all that was noted. */
  tell(): Evicted;
  /** Evicts down to the threshold, if there is more; tells of it, and of all that was noted. */
  settle(): Promise<Evicted>;
  /** See `FolioStore.hasRoomFor`. */
  hasRoomFor(byteLength: number): Promise<boolean>;
  /** Whether so many bytes more leave the floor of free disk; evicts for it. */
  leavesFloor(byteLength: number): Promise<boolean>;
  /**
   * Stores something of so many bytes. Room is made before: evicting afterwards could take what was just stored, which a policy
   * that goes by use does first of all. Tells of what was evicted.
   *
   * @throws LarderError `cache-full` when it could not stay, having evicted nothing; what `store` throws
   */
  making<Result>(byteLength: number, store: () => Promise<Result>): Promise<Result>;
  /** Something was pinned or unpinned. */
  pinsChanged(): void;
}

interface EvictionOptions {
  /** Known once it is open. */
  readonly backend: () => CacheBackend;
  readonly directory: string | undefined;
  readonly clock: Clock;
  readonly limits: () => StoreLimits | undefined;
  readonly freeDiskFloorBytes: number;
  readonly onEvent: (event: FolioEvent) => void;
}

const nothing: Evicted = { items: 0, bytes: 0 };

/** Where no limits are said here, those of the directory hold, with this threshold. */
const defaultThreshold = 0.9;

/** How long what the disk was found to have is good for, in milliseconds, as long as it is plenty. */
const freeForMs = 100;
const plentyBytes = 1 << 30;

export function evictions(options: EvictionOptions): Evictions {
  const { backend, directory, clock, limits, freeDiskFloorBytes, onEvent } = options;
  let noted: Evicted = nothing;
  let free: { readonly at: number; bytes: number } | undefined;
  /** What is being stored in this process, and not there yet. */
  let underWay = 0;
  // A store is only made on one that lists its keys and has transactions.
  const unevictable = unevictableBytes(() => backend() as StoreBackend, clock);

  /** What is held now, and what it may come to; `undefined`: there is no limit. */
  async function allowed(): Promise<{ readonly sizeBytes: number; readonly threshold: number } | undefined> {
    const limited = backend();
    if (!hasLimit(limited)) return undefined;
    const { sizeBytes, limitBytes = Number.POSITIVE_INFINITY } = await limited.volume();
    const wanted = Math.min(limits()?.maxCacheSizeBytes ?? Number.POSITIVE_INFINITY, limitBytes);
    const threshold = Math.floor((limits()?.evictionThreshold ?? defaultThreshold) * wanted);
    return Number.isFinite(threshold) ? { sizeBytes, threshold } : undefined;
  }

  /** Whether so many bytes more can stay: beside what is pinned, and without being evicted at once. */
  async function canStay(space: number, room: Awaited<ReturnType<typeof allowed>>): Promise<boolean> {
    if (room === undefined || room.sizeBytes + space <= room.threshold) return true;
    return space <= room.threshold && (await unevictable.sum(room.sizeBytes)) + space <= room.threshold;
  }

  /** Evicts down to so many bytes, and notes it where the backend tells others of it. */
  async function cull(sizeBytes: number, target: number): Promise<void> {
    const limited = backend();
    if (!hasLimit(limited)) return;
    const before = noted.items;
    const count = await limited.cull(target);
    if (noted.items > before || count === 0) return;
    const bytes = Math.max(0, sizeBytes - (await limited.volume()).sizeBytes);
    noted = { items: noted.items + count, bytes: noted.bytes + bytes };
  }

  function tell(): Evicted {
    const told = noted;
    noted = nothing;
    if (told.items > 0) onEvent({ type: "evict", ...told });
    return told;
  }

  async function settle(): Promise<Evicted> {
    const room = await allowed();
    if (room !== undefined && room.sizeBytes > room.threshold) await cull(room.sizeBytes, room.threshold);
    return tell();
  }

  /** Bytes that are missing on the disk so that so many more leave the floor. */
  async function missingOnDisk(byteLength: number): Promise<number> {
    if (directory === undefined || freeDiskFloorBytes === 0) return 0;
    const now = clock.monotonic();
    if (free !== undefined && Math.abs(now - free.at) < freeForMs) {
      // What is written meanwhile is taken off at once, and is far from what is plenty.
      free.bytes -= byteLength;
      if (free.bytes - freeDiskFloorBytes > plentyBytes) return freeDiskFloorBytes - free.bytes;
    }
    try {
      const { bavail, bsize } = await statfs(directory);
      free = { at: now, bytes: bavail * bsize };
      return byteLength + freeDiskFloorBytes - free.bytes;
    } catch {
      return 0; // a file system that does not tell
    }
  }

  async function leavesFloor(byteLength: number): Promise<boolean> {
    const missing = await missingOnDisk(byteLength);
    const limited = backend();
    if (missing <= 0 || !hasLimit(limited)) return missing <= 0;
    const { sizeBytes } = await limited.volume();
    // What can't make it is not evicted for it.
    if (missing > sizeBytes) return false;
    await limited.cull(sizeBytes - missing);
    tell();
    return (await missingOnDisk(byteLength)) <= 0;
  }

  return {
    note(event) {
      if (event.type !== "evict") return;
      if (!event.key.startsWith(contentPrefix) && !event.key.startsWith(partPrefix)) return;
      noted = { items: noted.items + 1, bytes: noted.bytes + (event.byteLength ?? 0) };
    },
    tell,
    settle,
    async hasRoomFor(byteLength) {
      return (await canStay(spaceOf(byteLength), await allowed())) && leavesFloor(byteLength);
    },
    async making(byteLength, store) {
      const space = spaceOf(byteLength);
      const room = await allowed();
      if (!(await canStay(space, room))) throw cacheFull(byteLength, room!.threshold);
      underWay += space;
      try {
        if (room !== undefined && room.sizeBytes + underWay > room.threshold) {
          await cull(room.sizeBytes, Math.max(0, room.threshold - underWay));
        }
        return await store();
      } finally {
        underWay -= space;
        // What was stored meanwhile by others may be over. A failure here must not hide that of storing.
        await settle().catch(tell);
      }
    },
    pinsChanged: unevictable.forget,
    leavesFloor,
  };
}

function cacheFull(byteLength: number, thresholdBytes: number): LarderError {
  return new LarderError(
    `What has ${byteLength} bytes was not cached: at most ${thresholdBytes} bytes are kept, and what is pinned is among them. Raise the limit (maxCacheSize), or unpin what is not needed.`,
    { code: "cache-full", facts: { byteLength, thresholdBytes } },
  );
}

function hasLimit(backend: CacheBackend): backend is CacheBackend & SizeLimit {
  return backend.supports?.sizeLimit === true;
}
