import type { CacheBackend } from "../backend.js";
import type { BlobRecord } from "../blob-record.js";
import type { Transactions } from "../capabilities/index.js";
import type { CacheEventListener } from "../events.js";
import { expiredForGood, isExpiredForGood } from "./freshness.js";

/** Sees to it that what was seen expired stays so, wherever the clock goes afterwards. */
export interface Expiring {
  /**
   * Marks an entry that was seen expired at `now`, in the background, unless its key has another one by then. Needs
   * transactions: without them a fresh value that was stored meanwhile could be marked instead, so nothing is done.
   */
  expire(key: string, record: BlobRecord, now: number): void;
  /** Resolves when nothing is being marked any more; never rejects. */
  idle(): Promise<void>;
}

/** {@link Expiring} of the entries of a backend. */
export function expiring(backend: CacheBackend, onEvent: CacheEventListener | undefined): Expiring {
  const { transactions } = backend.supports ?? {};
  const underWay = new Map<string, Promise<void>>();
  let warned = false;

  async function mark(key: string, seen: BlobRecord, now: number): Promise<void> {
    try {
      await (backend as CacheBackend & Transactions).transaction(
        (view) => {
          const record = view.record(key);
          if (record === undefined || !isSame(record, seen)) return;
          view.setRecord(key, expiredForGood(record, now));
        },
        { key },
      );
    } catch (error) {
      if (warned) return;
      warned = true;
      const message = `The backend failed to mark '${key}', which has expired, so that it stays expired if the clock is set back; this is told once: ${(error as Error)?.message}`;
      onEvent?.({ type: "warning", code: "backend-failed", key, message, cause: error });
    }
  }

  return {
    expire(key, record, now) {
      if (transactions !== true || isExpiredForGood(record) || underWay.has(key)) return;
      underWay.set(
        key,
        mark(key, record, now).finally(() => underWay.delete(key)),
      );
    },
    async idle() {
      while (underWay.size > 0) await Promise.allSettled(underWay.values());
    },
  };
}

function isSame(a: BlobRecord, b: BlobRecord): boolean {
  return a.checksum === b.checksum && a.createdAt === b.createdAt && a.expiresAt === b.expiresAt;
}
