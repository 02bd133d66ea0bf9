import type { BlobOfBytes, BlobToStore, StoredBlob } from "../backend.js";
import { deleteBlobOf } from "../cache/delete-blob.js";
import { release } from "../cache/entry-reader.js";
import type { Clock } from "../clock.js";
import { LarderError } from "../errors.js";
import type { CacheEventListener } from "../events.js";
import { blobBytes } from "../sources/blob-bytes.js";
import { believedRecord, trueRecord } from "./believed-record.js";
import type { TierSettings } from "./tier-options.js";

/** One tier at work: its failures are misses and warnings, and what it may hold wrongly is not read from it. */
export interface Tier {
  readonly settings: TierSettings;
  /** What this tier has under a key and is still believed; expired records too. */
  find(key: string): Promise<StoredBlob | undefined>;
  /**
   * Stores a blob, or removes what the key had where the blob is too large for this tier.
   *
   * @param isFaultOfCaller - whether an error is no failure of the tier: it is thrown, and the tier keeps what it had
   */
  write(key: string, blob: BlobToStore, isFaultOfCaller?: (error: unknown) => boolean): Promise<WriteOutcome>;
  /** Whether there was one; `undefined` when that failed. */
  remove(key: string): Promise<boolean | undefined>;
  /** Runs what concerns the tier as a whole; `undefined` when it failed. */
  attempt<Result>(operation: string, action: () => Promise<Result>): Promise<Result | undefined>;
  /** The tier was emptied: it is believed again. */
  cleared(): void;
  /** Waits for what follows in the background. */
  flush(): Promise<void>;
}

/** What became of a write. */
export type WriteOutcome = { readonly stored: true } | { readonly stored: false; readonly error?: unknown };

/** More doubtful keys than this, and the tier is not believed at all until it is cleared. */
const doubtLimit = 10_000;

/** Writes wait for the background when it is behind by more than this. */
const pendingLimitBytes = 64 * 1024 * 1024;

export function tier(settings: TierSettings, clock: Clock, onEvent: CacheEventListener | undefined): Tier {
  const { backend, name, ttlMs, maxBlobBytes, back, throws } = settings;
  /** Keys whose last write or removal failed: the tier may hold an older value. */
  const doubtful = new Set<string>();
  let believed = true;
  const pending = new Map<string, BlobOfBytes | undefined>();
  let pendingBytes = 0;
  let following: Promise<void> | undefined;

  function failed(operation: string, error: unknown, key?: string): void {
    const said = error instanceof Error ? error.message : String(error);
    const message = `The tier '${name}' of a TieredCache failed to ${operation}${key === undefined ? "" : ` '${key}'`}, and is passed over: ${said}`;
    onEvent?.({ type: "warning", code: "tier-failed", message, ...(key !== undefined && { key }), cause: error });
  }

  function doubt(key: string): void {
    doubtful.add(key);
    if (doubtful.size <= doubtLimit || !believed) return;
    believed = false;
    const message = `The tier '${name}' of a TieredCache has failed to take ${doubtLimit} changes and is not read any more. Clear it once it works again.`;
    onEvent?.({ type: "warning", code: "tier-distrusted", message });
  }

  async function store(key: string, blob: BlobToStore, isFaultOfCaller = isWrongBlob): Promise<WriteOutcome> {
    if (blob.record.byteLength > maxBlobBytes) {
      await removeNow(key);
      return { stored: false };
    }
    try {
      const { record } = blob;
      const kept = ttlMs === undefined ? record : believedRecord(record, clock.now() + ttlMs);
      await backend.setBlob(key, { ...blob, record: kept });
      doubtful.delete(key);
      return { stored: true };
    } catch (error) {
      if (isFaultOfCaller(error)) throw error;
      failed("store", error, key);
      await removeNow(key);
      if (throws) throw error;
      return { stored: false, error };
    }
  }

  async function removeNow(key: string): Promise<boolean | undefined> {
    try {
      const removed = await deleteBlobOf(backend, key);
      doubtful.delete(key);
      return removed;
    } catch (error) {
      doubt(key);
      failed("delete", error, key);
      if (throws) throw error;
      return undefined;
    }
  }

  async function follow(): Promise<void> {
    for (let next = first(pending); next !== undefined; next = first(pending)) {
      const [key, blob] = next;
      await (blob === undefined ? removeNow(key) : store(key, blob)).catch(() => undefined); // told as a warning
      // Another change of the key may have come meanwhile: then it is written too.
      if (pending.get(key) !== blob) continue;
      pending.delete(key);
      pendingBytes -= blob?.bytes.byteLength ?? 0;
    }
    following = undefined;
  }

  async function later(key: string, blob: BlobOfBytes | undefined): Promise<void> {
    pendingBytes -= pending.get(key)?.bytes.byteLength ?? 0;
    pending.delete(key); // so that it comes last again
    pending.set(key, blob);
    pendingBytes += blob?.bytes.byteLength ?? 0;
    following ??= Promise.resolve().then(follow);
    while (pendingBytes > pendingLimitBytes && following !== undefined) await following;
  }

  return {
    settings,
    async find(key) {
      if (pending.has(key)) return storedFrom(pending.get(key));
      if (!believed) return undefined;
      if (doubtful.has(key)) {
        await removeNow(key);
        return undefined;
      }
      try {
        const stored = await backend.getBlob(key);
        if (stored === undefined || stored === null) return undefined;
        const { createdAt, expiresAt } = stored.record;
        const now = clock.now();
        if (ttlMs === undefined) return stored;
        if (expiresAt !== undefined && expiresAt > now && createdAt <= now) {
          return { ...stored, record: trueRecord(stored.record) };
        }
        await release(stored);
        return undefined;
      } catch (error) {
        failed("look up", error, key);
        if (throws) throw error;
        return undefined;
      }
    },
    async write(key, blob, isFaultOfCaller) {
      if (!back) return store(key, blob, isFaultOfCaller);
      const bytes = new Uint8Array(await blobBytes(blob));
      await later(key, { record: blob.record, bytes });
      return { stored: true };
    },
    async remove(key) {
      if (!back) return removeNow(key);
      const stored = await this.find(key);
      if (stored !== undefined) await release(stored);
      await later(key, undefined);
      return stored !== undefined;
    },
    async attempt(operation, action) {
      try {
        return await action();
      } catch (error) {
        failed(operation, error);
        if (throws) throw error;
        return undefined;
      }
    },
    cleared() {
      doubtful.clear();
      believed = true;
    },
    async flush() {
      while (following !== undefined) await following;
    },
  };
}

/** The record does not fit its bytes. */
export function isWrongBlob(error: unknown): boolean {
  return LarderError.isInstance(error, "wrong-blob-length") || LarderError.isInstance(error, "wrong-checksum");
}

function first<Key, Value>(map: ReadonlyMap<Key, Value>): [Key, Value] | undefined {
  return map.entries().next().value;
}

function storedFrom(blob: BlobOfBytes | undefined): StoredBlob | undefined {
  if (blob === undefined) return undefined;
  const { record, bytes } = blob;
  return {
    record,
    source: { byteLength: bytes.byteLength, slice: (start, end) => new Uint8Array(bytes.subarray(start, end)) },
  };
}
