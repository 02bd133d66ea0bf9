import type { BlobInView, BlobRecord, KeyRange, TransactionView } from "@larder/core";
import { indexKey, keyBytes } from "../entry-key.js";
import { keyBounds } from "../key-range.js";
import { keysInRange } from "../list-keys.js";
import { decodeRecord } from "../record-format.js";
import type { StoreContext } from "../store-operations.js";
import { mergeKeys } from "./merge-keys.js";
import { copiedRecord, type PendingChange, pendingSet } from "./pending-change.js";
import { readBlobNow, readRowNow } from "./read-now.js";
import { otherBytes, transactionEnded } from "./transaction-error.js";

/** A view, and what its transaction is to do. */
export interface OpenView {
  readonly view: TransactionView;
  /** By key. */
  readonly changes: ReadonlyMap<string, PendingChange>;
  /** The stored sequences of the entries whose bytes were read, by key. */
  readonly reads: ReadonlyMap<string, number>;
  /**
   * From now on the view throws.
   *
   * @throws what kept the view from reading, also when the body has caught it: what it made of that must not be stored
   */
  end(): void;
}

/**
 * A view of the index as it is within the transaction that is running. Its changes stand in memory, so that a body that
 * throws has changed nothing, and the others of its batch need not be repeated.
 */
export function openView(context: StoreContext, inlineLimitBytes: number): OpenView {
  const changes = new Map<string, PendingChange>();
  const reads = new Map<string, number>();
  let ended = false;
  let failure: { readonly error: unknown } | undefined;

  function begin(operation: string): void {
    if (ended) throw transactionEnded(operation);
  }

  function reading<Result>(read: () => Result): Result {
    try {
      return read();
    } catch (error) {
      failure ??= { error };
      throw error;
    }
  }

  function stored(key: string): BlobInView | undefined {
    const found = reading(() => readBlobNow(context, key));
    if (found === undefined) return undefined;
    const { storedSequence, ...blob } = found;
    reads.set(key, storedSequence);
    return blob;
  }

  function recordOf(key: string): BlobRecord | undefined {
    const change = changes.get(key);
    if (change === undefined) return reading(() => readRowNow(context, key)?.record);
    return change.kind === "delete" ? undefined : decodeRecord(change.record.head);
  }

  function* keysOf(range: KeyRange): Generator<string> {
    const changed = new Map([...changes].map(([key, { kind }]) => [key, kind !== "delete"]));
    const { limit: _, ...unlimited } = range;
    const keys =
      changed.size === 0 ? keysInRange(context, range) : mergeKeys(keysInRange(context, unlimited), changed, range);
    for (;;) {
      begin("keys");
      const next = reading(() => keys.next());
      if (next.done) return;
      yield next.value;
    }
  }

  const view: TransactionView = {
    record(key) {
      begin("record");
      return recordOf(key);
    },
    get(key) {
      begin("get");
      const change = changes.get(key);
      if (change === undefined) return stored(key);
      if (change.kind === "delete") return undefined;
      const record = decodeRecord(change.record.head)!;
      if (change.kind === "set") return { record, bytes: new Uint8Array(change.bytes) };
      const found = stored(key);
      return found && { record, bytes: found.bytes };
    },
    set(key, blob) {
      begin("set");
      changes.set(key, pendingSet(blob, inlineLimitBytes, context.xxhash));
    },
    setRecord(key, record) {
      begin("setRecord");
      const previous = recordOf(key);
      if (previous === undefined) return false;
      for (const field of ["codec", "byteLength", "checksum"] as const) {
        if (record[field] !== previous[field]) throw otherBytes(key, field);
      }
      const change = changes.get(key);
      const copied = copiedRecord(record);
      changes.set(key, change?.kind === "set" ? { ...change, record: copied } : { kind: "record", record: copied });
      return true;
    },
    delete(key) {
      begin("delete");
      const change = changes.get(key);
      const present =
        change === undefined
          ? reading(() => context.environment.entries.read(indexKey(keyBytes(key))) !== undefined)
          : change.kind !== "delete";
      if (present) changes.set(key, { kind: "delete" });
      return present;
    },
    keys(range = {}) {
      begin("keys");
      keyBounds(range); // refuses a bad one at once
      return keysOf(range);
    },
  };
  return {
    view,
    changes,
    reads,
    end() {
      ended = true;
      if (failure !== undefined) throw failure.error;
    },
  };
}
