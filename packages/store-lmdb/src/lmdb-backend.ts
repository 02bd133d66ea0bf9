import { resolve } from "node:path";
import {
  type BackendCapabilities,
  type BlobLook,
  type BlobRecord,
  type BlobStreams,
  type BlobToStore,
  type CacheBackend,
  type CacheEventListener,
  type Clock,
  type Counters,
  type EntryIndex,
  type EvictionPolicy,
  type JsonObject,
  type KeyRange,
  type Lease,
  type LeaseClaim,
  type LeaseOptions,
  type LeaseState,
  type Leases,
  type NodeSignature,
  recordAtEnd,
  type SizeLimit,
  type StoredBlob,
  type StreamRecord,
  type TagIndex,
  type TagQuery,
  type TagUse,
  type TransactionOptions,
  type Transactions,
  type TransactionView,
  type Volume,
} from "@larder/core";
import { blobPath } from "./blob-address.js";
import { prepareDirectory } from "./cache-directory.js";
import { type CheckOptions, type CheckReport, checkStore } from "./check/check-store.js";
import { clearStore } from "./clear-store.js";
import { addToCounters, checkAmounts, endCounters, readCounters } from "./counters/store-counters.js";
import { indexKey, keyBytes } from "./entry-key.js";
import { isIndexDamage } from "./index-guard.js";
import { leaseTable } from "./leases/lease-table.js";
import { listKeys } from "./list-keys.js";
import { refuseNetworkFileSystem } from "./network-file-system.js";
import type { OpenStore } from "./open-store.js";
import { readEntry } from "./read-entry.js";
import { type ReviseRecord, replaceBlob } from "./replace-blob.js";
import { adjustPolicy, type PolicyInForce } from "./space/adjust-policy.js";
import { cullStore, storeVolume } from "./space/cull-store.js";
import { changePolicy, openWithPolicy, type SpaceRequest } from "./space/open-with-policy.js";
import type { SpaceBudget } from "./space/space-budget.js";
import { checkPolicy, defaultPolicy, readPolicy, type SpacePolicy } from "./space/space-policy.js";
import { spaceRequest } from "./space/space-request.js";
import { storeError } from "./store-error.js";
import { knownEntryAt, removeEntry } from "./store-operations.js";
import { readSignature, writeSignature } from "./store-signatures.js";
import { writeStream } from "./streams/write-stream.js";
import { deleteTagged } from "./tags/delete-tagged.js";
import { listTagged, listTags } from "./tags/list-tagged.js";
import { runTransaction } from "./transactions/run-transaction.js";
import { type WarningListener, warningListener } from "./warning.js";
import { recordToStore, writeFileBlob, writeInlineBlob } from "./write-blob.js";

/** Settings of a {@link LmdbBackend}. */
export interface LmdbBackendOptions {
  /** Where everything is kept; made when absent. Relative to the working directory at the time of construction. */
  readonly directory: string;
  /** Blobs up to this many bytes are kept in the index, larger ones in files. Default 65,536; at most 1,048,576. */
  readonly inlineLimitBytes?: number;
  /**
   * When a write resolves. `process` (default): it survives the end of this process, however sudden. `power`: it also
   * survives a power cut.
   */
  readonly durability?: Durability;
  /** `false` for a directory that was made without a tag index: see `hasTagIndex`. Default `true`. */
  readonly tagIndex?: boolean;
  /** Use a directory on a network file system all the same. Default `false`: error `network-file-system`. */
  readonly allowNetworkFileSystem?: boolean;
  /**
   * Limit of what all entries and files may take up, for all processes, in bytes as accounted; `Infinity`: none. Kept in the
   * index: the last explicit one holds. Default: what is kept there, at first none.
   */
  readonly sizeLimitBytes?: number;
  /** What goes first when room is needed. Kept in the index like the limit; at first `least-recently-stored`. */
  readonly evictionPolicy?: EvictionPolicy;
  /** Entries evicted in one transaction, which holds up other writers. Kept in the index like the limit; at first 1,000. */
  readonly cullLimit?: number;
  /** What is in force where nobody has set a policy yet; it never takes the place of what someone has set. */
  readonly policyWhenUnset?: Partial<SpacePolicy>;
  /** Where more bytes come from when several indexes keep to one limit; default: the limit is this index's own. */
  readonly budget?: SpaceBudget;
  /** Where time comes from, for expiry; default: the clock of the machine. The first to open a directory sets it. */
  readonly clock?: Clock;
  /** Told of what the store survives: damage, and files it could not open; and of what this thread evicts. */
  readonly onEvent?: CacheEventListener;
}

/** What a write that has resolved survives. */
export type Durability = "process" | "power";

const capabilities: BackendCapabilities = Object.freeze({
  entryIndex: true,
  persistent: true,
  tags: true,
  counters: true,
  streams: true,
  leases: true,
  transactions: true,
  sizeLimit: true,
});
const capabilitiesWithoutTags: BackendCapabilities = Object.freeze({ ...capabilities, tags: false });

const largestInlineLimitBytes = 1024 * 1024;

/**
 * A backend in one directory: records, signatures and small blobs in LMDB, larger blobs in files named by their
 * content. Several processes and worker threads may use one directory at the same time.
 *
 * Methods throw LarderError: `newer-format`, `network-file-system`, `unsafe-directory`, `not-a-directory`, `not-a-cache-directory` when the
 * directory can't be used; `disk-full`, `permission-denied`, `backend-failed` when a write was refused; nothing of it is
 * stored then. Damage is never thrown: it is a miss and an event.
 */
export class LmdbBackend
  implements CacheBackend, EntryIndex, TagIndex, Leases, Transactions, Counters, BlobStreams, SizeLimit
{
  readonly supports: BackendCapabilities;
  /** Absolute path of the cache directory. */
  readonly directory: string;
  readonly #inlineLimitBytes: number;
  readonly #durability: Durability;
  readonly #allowNetworkFileSystem: boolean;
  readonly #onWarning: WarningListener;
  readonly #space: SpaceRequest;
  readonly #leases = leaseTable();
  #store: OpenStore | undefined;
  #opening: Promise<OpenStore> | undefined;
  readonly #running = new Set<Promise<unknown>>();

  constructor(options: LmdbBackendOptions) {
    const { inlineLimitBytes = 65_536, durability = "process" } = options;
    if (!Number.isInteger(inlineLimitBytes) || inlineLimitBytes < 0 || inlineLimitBytes > largestInlineLimitBytes) {
      throw new RangeError(
        `inlineLimitBytes must be a whole number from 0 to ${largestInlineLimitBytes}, not ${inlineLimitBytes}.`,
      );
    }
    if (durability !== "process" && durability !== "power") {
      throw new RangeError(`durability must be 'process' or 'power', not '${String(durability)}'.`);
    }
    this.supports = options.tagIndex === false ? capabilitiesWithoutTags : capabilities;
    this.directory = resolve(options.directory);
    this.#inlineLimitBytes = inlineLimitBytes;
    this.#durability = durability;
    this.#allowNetworkFileSystem = options.allowNetworkFileSystem === true;
    this.#onWarning = warningListener(options.onEvent);
    this.#space = spaceRequest(options);
  }

  async getMeta(nodeName: string): Promise<NodeSignature | undefined> {
    const signature = readSignature(this.#store ?? (await this.#open()), nodeName);
    if (signature !== "damaged") return signature;
    const message = `The signature of '${nodeName}' is damaged and counts as absent.`;
    this.#onWarning({ code: "damaged-signature", message });
    return undefined;
  }

  async setMeta(signature: NodeSignature): Promise<void> {
    const { nodeName } = signature;
    const head = Buffer.from(JSON.stringify(signature));
    await this.#run("store a signature", (store) => writeSignature(store, nodeName, head));
  }

  async getBlob(key: string, options?: BlobLook): Promise<StoredBlob | undefined> {
    return readEntry(this.#store ?? (await this.#open()), key, this.#onWarning, options);
  }

  async setBlob(key: string, blob: BlobToStore): Promise<void> {
    const record = recordToStore(blob);
    if (blob.record.byteLength > this.#inlineLimitBytes) {
      const sync = this.#durability === "power";
      await this.#run("store a blob", (store) => writeFileBlob(store, key, blob, { record, sync }));
      return;
    }
    // Copied where opening the store comes first: the owner may write to its bytes meanwhile.
    const copy = "bytes" in blob && this.#store === undefined ? { ...blob, bytes: new Uint8Array(blob.bytes) } : blob;
    await this.#run("store a blob", (store) => writeInlineBlob(store, key, copy, record));
  }

  /**
   * Stores a blob in a file in place of the one its key has, if `revise` wants it so. It is given the record that is there, within the
   * transaction that replaces it; codec, length and checksum are those of `blob`. Who is reading the old bytes reads on.
   *
   * @returns the record that was stored; `undefined`: nothing was, for there is no entry, or `revise` returned `undefined`
   */
  async replaceBlob(key: string, blob: BlobToStore, revise: ReviseRecord): Promise<BlobRecord | undefined> {
    const how = { revise, sync: this.#durability === "power" };
    return this.#run("replace a blob", (store) => replaceBlob(store, key, blob, how));
  }

  async deleteBlob(key: string): Promise<boolean> {
    const place = indexKey(keyBytes(key));
    return this.#run("delete a blob", (store) => store.batches.run(() => removeEntry(store, place)));
  }

  /**
   * Absolute path of the file that has the bytes of a blob; `undefined` when it has none of its own, or there is no blob. Read
   * it, and no more: others may share it, and it goes with its last blob.
   */
  async fileOf(key: string): Promise<string | undefined> {
    const store = this.#store ?? (await this.#open());
    store.environment.refresh();
    const { reference } = knownEntryAt(store, indexKey(keyBytes(key))) ?? {};
    return reference && blobPath(store.root, reference);
  }

  async *keys(range: KeyRange = {}): AsyncGenerator<string> {
    yield* listKeys(this.#store ?? (await this.#open()), range);
  }

  async *tags(): AsyncGenerator<TagUse> {
    yield* listTags(this.#store ?? (await this.#open()));
  }

  async *taggedKeys(query: TagQuery): AsyncGenerator<string> {
    yield* listTagged(this.#store ?? (await this.#open()), query);
  }

  async deleteTagged(query: TagQuery): Promise<number> {
    return this.#run("delete by tag", (store) => deleteTagged(store, query));
  }

  async acquireLease(name: string, options?: LeaseOptions): Promise<LeaseClaim> {
    return this.#run("acquire a lease", (store) => this.#leases.acquire(store, name, options));
  }

  async renewLease(lease: Lease): Promise<boolean> {
    return this.#run("renew a lease", (store) => this.#leases.renew(store, lease));
  }

  async releaseLease(lease: Lease, outcome?: JsonObject): Promise<boolean> {
    return this.#run("release a lease", (store) => this.#leases.release(store, lease, outcome));
  }

  async readLease(name: string): Promise<LeaseState | undefined> {
    return this.#run("read a lease", async (store) => this.#leases.read(store, name));
  }

  async transaction<Result>(body: (view: TransactionView) => Result, _options?: TransactionOptions): Promise<Result> {
    const settings = { inlineLimitBytes: this.#inlineLimitBytes, sync: this.#durability === "power" };
    const outcome = await this.#run("run a transaction", (store) => runTransaction(store, body, settings));
    if ("thrown" in outcome) throw outcome.thrown;
    return outcome.result;
  }

  addToCounters(amounts: Readonly<Record<string, number>>): void {
    checkAmounts(amounts);
    const copy = { ...amounts };
    if (this.#store !== undefined) {
      addToCounters(this.#store, copy);
      return;
    }
    // What can't be opened counts nothing: those who need it open are told.
    this.#open().then(
      (store) => addToCounters(store, copy),
      () => undefined,
    );
  }

  async readCounters(): Promise<Readonly<Record<string, number>>> {
    return this.#run("read counters", readCounters);
  }

  async setBlobStream(key: string, chunks: AsyncIterable<Uint8Array>, record: StreamRecord): Promise<BlobRecord> {
    const stream = { chunks, record: recordAtEnd(record) };
    const settings = {
      inlineLimitBytes: this.#inlineLimitBytes,
      sync: this.#durability === "power",
      storeSmall: (blob: BlobToStore) => this.setBlob(key, blob),
    };
    const outcome = await this.#run("store a stream", (store) => writeStream(store, key, stream, settings));
    if ("thrown" in outcome) throw outcome.thrown;
    return outcome.record;
  }

  async volume(): Promise<Volume> {
    return storeVolume(this.#store ?? (await this.#open()));
  }

  async cull(targetBytes?: number): Promise<number> {
    return this.#run("cull", (store) => cullStore(store, targetBytes));
  }

  /** Limit and eviction policy that are in force for all processes. */
  async policy(): Promise<SpacePolicy> {
    return readPolicy(this.#store ?? (await this.#open())) ?? defaultPolicy;
  }

  /**
   * Sets parts of the policy for all processes, from their next write on. What is over a new limit goes with the next write
   * that needs room, or by `cull`.
   *
   * @returns what it was; `undefined`: nobody had set it
   * @throws RangeError when a part is out of its range
   */
  async setPolicy(change: Partial<SpacePolicy>): Promise<SpacePolicy | undefined> {
    checkPolicy(change);
    return this.#run("set the policy", (store) => changePolicy(store, { ...change }));
  }

  /**
   * Sets parts of the policy by what is in force and what is taken, as one step: nobody else writes meanwhile.
   *
   * @param decide - says what to change; synchronous, and may run more than once
   * @returns what is in force then
   */
  async adjustPolicy(decide: (now: PolicyInForce) => Partial<SpacePolicy>): Promise<SpacePolicy> {
    return this.#run("set the policy", (store) => adjustPolicy(store, decide));
  }

  async clear(): Promise<void> {
    await this.#run("clear", clearStore);
  }

  /** Reads everything and names all that does not fit together; repairs it with `fix`. Works while others write. */
  async check(options: CheckOptions = {}): Promise<CheckReport> {
    return this.#run("check", (store) => checkStore(store, options));
  }

  /** Waits for the writes under way and gives the directory back. Calling a method afterwards opens it again. */
  async close(): Promise<void> {
    const opening = this.#opening;
    this.#store = undefined;
    this.#opening = undefined;
    const store = await opening?.catch(() => undefined);
    await Promise.allSettled(this.#running);
    // What was counted is not worth failing for.
    if (store !== undefined) await endCounters(store).catch(() => undefined);
    await store?.leave();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  #open(): Promise<OpenStore> {
    if (this.#opening !== undefined) return this.#opening;
    const opening = this.#prepare();
    this.#opening = opening;
    opening.then(
      (store) => {
        if (this.#opening === opening) this.#store = store;
      },
      () => {
        if (this.#opening === opening) this.#opening = undefined;
      },
    );
    return opening;
  }

  async #prepare(): Promise<OpenStore> {
    if (!this.#allowNetworkFileSystem) refuseNetworkFileSystem(this.directory);
    const root = prepareDirectory(this.directory, this.#onWarning);
    const store = await openWithPolicy(root, this.#onWarning, this.#space);
    if (this.#durability === "power") store.journal.requireSync();
    return store;
  }

  /** The store, opened again when someone has deleted the directory or replaced its index. */
  async #current(): Promise<OpenStore> {
    const store = this.#store ?? (await this.#open());
    if (store.isCurrent()) return store;
    if (this.#store === store) {
      this.#store = undefined;
      this.#opening = undefined;
      const leaving: Promise<unknown> = Promise.allSettled([...this.#running]).then(() => store.leave());
      this.#running.add(leaving);
      leaving.catch(() => undefined).finally(() => this.#running.delete(leaving));
    }
    return this.#open();
  }

  async #run<Result>(attempt: string, action: (store: OpenStore) => Promise<Result>): Promise<Result> {
    const store = await this.#current();
    const running = action(store);
    this.#running.add(running);
    try {
      return await running;
    } catch (error) {
      if (isIndexDamage(error)) store.suspect();
      throw storeError(attempt, this.directory, error);
    } finally {
      this.#running.delete(running);
    }
  }
}
