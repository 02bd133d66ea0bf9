import type { BlobRecord } from "../blob-record.js";
import type { BlobInView, KeyRange, TransactionView } from "../capabilities/index.js";
import type { Xxhash } from "../checksum/xxhash.js";
import { DamagedBlobError, LarderError } from "../errors.js";
import { ofLength } from "../sources/blob-bytes.js";
import { frozenRecord } from "./frozen-copy.js";
import { memoryEntry } from "./memory-entry.js";
import type { MemoryRoom } from "./memory-room.js";
import type { MemoryStore } from "./memory-store.js";

/** What a transaction works on. */
export interface Surroundings {
  readonly store: MemoryStore;
  readonly room: MemoryRoom;
  readonly xxhash: Xxhash;
}

/**
 * Runs the body of a transaction: all of its changes stay, or none. What it stores may pass the limit while it runs, which
 * nobody sees; when it has returned, room is made.
 *
 * @throws what `body` throws; CacheFullError; LarderError `asynchronous-transaction`
 */
export function runInView<Result>(
  body: (view: TransactionView) => Result,
  { store, room, xxhash }: Surroundings,
): Result {
  const { view, end } = viewOf(store, xxhash);
  const told = room.gone.length;
  return store.undoWhenThrown((changed) => {
    try {
      const result = body(view);
      if (isPromise(result)) throw asynchronousBody(result);
      room.makeBesides(changed);
      return result;
    } catch (error) {
      room.gone.length = told;
      throw error;
    } finally {
      end();
    }
  });
}

function viewOf(store: MemoryStore, xxhash: Xxhash): { readonly view: TransactionView; end(): void } {
  let ended = false;
  const open = () => {
    if (!ended) return store;
    throw new LarderError(
      "The view of a transaction was used after the transaction had ended. Use it only within the function handed to transaction(), which must be synchronous.",
      { code: "transaction-ended" },
    );
  };
  const view: TransactionView = {
    record: (key) => open().entries.get(key)?.record,
    get(key) {
      const entry = open().entries.get(key);
      if (entry === undefined) return undefined;
      try {
        return { record: entry.record, bytes: entry.stored.source.slice(0) as Uint8Array };
      } catch (error) {
        if (error instanceof DamagedBlobError) return undefined;
        throw error;
      }
    },
    set(key, blob: BlobInView) {
      const bytes = new Uint8Array(ofLength(blob.bytes, blob.record.byteLength));
      open().put(memoryEntry(key, frozenRecord(blob.record), bytes, xxhash));
    },
    setRecord(key, record) {
      const entry = open().entries.get(key);
      if (entry === undefined) return false;
      checkSameBytes(key, entry.record, record);
      open().put(memoryEntry(key, frozenRecord(record), entry.bytes, xxhash));
      return true;
    },
    delete: (key) => open().remove(key) !== undefined,
    keys: (range?: KeyRange) => open().keys.within(range),
  };
  return {
    view,
    end() {
      ended = true;
    },
  };
}

function isPromise(value: unknown): value is PromiseLike<unknown> {
  return typeof value === "object" && value !== null && typeof (value as { then?: unknown }).then === "function";
}

function asynchronousBody(result: PromiseLike<unknown>): LarderError {
  // What it was about to do fails, for its view has ended; nobody waits for that.
  result.then(undefined, () => {});
  return new LarderError(
    "The function handed to transaction() returned a promise, and nothing of it was stored. Read and compute first, and change what is stored in a synchronous function.",
    { code: "asynchronous-transaction" },
  );
}

function checkSameBytes(key: string, before: BlobRecord, after: BlobRecord): void {
  for (const field of ["codec", "byteLength", "checksum"] as const) {
    if (before[field] === after[field]) continue;
    throw new LarderError(
      `setRecord was to give the blob under '${key}' another ${field}: '${after[field]}' instead of '${before[field]}'. It keeps the bytes, so these must stay as they are; use set to store other bytes.`,
      { code: "wrong-record", facts: { key, field, before: before[field], after: after[field] } },
    );
  }
}
