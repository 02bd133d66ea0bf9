import { resolve } from "node:path";
import type {
  BackendCapabilities,
  BlobToStore,
  CacheBackend,
  CacheEventListener,
  EntryIndex,
  NodeSignature,
  StoredBlob,
} from "@larder/core";
import { prepareDirectory } from "./cache-directory.js";
import { type CheckReport, checkStore } from "./check-store.js";
import { clearStore } from "./clear-store.js";
import { indexKey, keyBytes } from "./entry-key.js";
import { isIndexDamage } from "./index-guard.js";
import { listKeys } from "./list-keys.js";
import { type OpenStore, openStore } from "./open-store.js";
import { readEntry } from "./read-entry.js";
import { decodeRow, encodeRow, readHead, rowKinds } from "./row-format.js";
import { storeError } from "./store-error.js";
import { removeEntry } from "./store-operations.js";
import { type WarningListener, warningListener } from "./warning.js";
import { encodeRecord, writeFileBlob, writeInlineBlob } from "./write-blob.js";

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
  /** Told of what the store survives: damage, and files it could not open. */
  readonly onEvent?: CacheEventListener;
}

/** What a write that has resolved survives. */
export type Durability = "process" | "power";

const largestInlineLimitBytes = 1024 * 1024;

/**
 * A backend in one directory: records, signatures and small blobs in LMDB, larger blobs in files named by their
 * content. Several processes and worker threads may use one directory at the same time.
 *
 * Methods throw LarderError: `newer-format`, `unsafe-directory`, `not-a-directory`, `not-a-cache-directory` when the
 * directory can't be used; `disk-full`, `permission-denied`, `backend-failed` when a write was refused; nothing of it is
 * stored then. Damage is never thrown: it is a miss and an event.
 */
export class LmdbBackend implements CacheBackend, EntryIndex {
  readonly supports: BackendCapabilities = Object.freeze({ entryIndex: true, persistent: true });
  /** Absolute path of the cache directory. */
  readonly directory: string;
  readonly #inlineLimitBytes: number;
  readonly #durability: Durability;
  readonly #onWarning: WarningListener;
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
    this.directory = resolve(options.directory);
    this.#inlineLimitBytes = inlineLimitBytes;
    this.#durability = durability;
    this.#onWarning = warningListener(options.onEvent);
  }

  async getMeta(nodeName: string): Promise<NodeSignature | undefined> {
    const { environment, xxhash } = this.#store ?? (await this.#open());
    const key = keyBytes(nodeName);
    environment.refresh();
    const bytes = environment.signatures.read(indexKey(key));
    if (bytes === undefined) return undefined;
    const row = decodeRow(bytes, key, xxhash);
    const signature = row?.kind === rowKinds.signature ? readHead(row) : undefined;
    if (signature !== undefined) return signature as NodeSignature;
    this.#onWarning({
      code: "damaged-signature",
      message: `The signature of '${nodeName}' is damaged and counts as absent.`,
    });
    return undefined;
  }

  async setMeta(signature: NodeSignature): Promise<void> {
    const key = keyBytes(signature.nodeName);
    const head = Buffer.from(JSON.stringify(signature));
    await this.#run("store a signature", ({ environment, batches, xxhash }) => {
      const row = encodeRow({ kind: rowKinds.signature, key, head }, xxhash);
      return batches.run(() => environment.signatures.write(indexKey(key), row));
    });
  }

  async getBlob(key: string): Promise<StoredBlob | undefined> {
    return readEntry(this.#store ?? (await this.#open()), key, this.#onWarning);
  }

  async setBlob(key: string, blob: BlobToStore): Promise<void> {
    const head = encodeRecord(blob);
    if (blob.record.byteLength > this.#inlineLimitBytes) {
      const sync = this.#durability === "power";
      await this.#run("store a blob", (store) => writeFileBlob(store, key, blob, { head, sync }));
      return;
    }
    // Copied where opening the store comes first: the owner may write to its bytes meanwhile.
    const copy = "bytes" in blob && this.#store === undefined ? { ...blob, bytes: new Uint8Array(blob.bytes) } : blob;
    await this.#run("store a blob", (store) => writeInlineBlob(store, key, copy, head));
  }

  async deleteBlob(key: string): Promise<boolean> {
    const place = indexKey(keyBytes(key));
    return this.#run("delete a blob", (store) => store.batches.run(() => removeEntry(store, place)));
  }

  async *keys(options: { readonly prefix?: string } = {}): AsyncGenerator<string> {
    yield* listKeys(this.#store ?? (await this.#open()), options.prefix ?? "");
  }

  async clear(): Promise<void> {
    await this.#run("clear", clearStore);
  }

  /** Reads everything and changes nothing; names all that does not fit together. Works while others write. */
  async check(): Promise<CheckReport> {
    return this.#run("check", checkStore);
  }

  /** Waits for the writes under way and gives the directory back. Calling a method afterwards opens it again. */
  async close(): Promise<void> {
    const opening = this.#opening;
    this.#store = undefined;
    this.#opening = undefined;
    const store = await opening?.catch(() => undefined);
    await Promise.allSettled(this.#running);
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
    return openStore(prepareDirectory(this.directory, this.#onWarning), this.#onWarning);
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
