import type { BlobRecord } from "../blob-record.js";
import type { KeyRange } from "./entry-index.js";

/** A blob in memory, within a transaction. */
export interface BlobInView {
  readonly record: BlobRecord;
  readonly bytes: Uint8Array;
}

/**
 * The blobs of a backend as one transaction sees and changes them: synchronous, and usable only until the body returns.
 * Bytes read are copies; bytes written are copied.
 */
export interface TransactionView {
  /** The record under a key, without its bytes; expired ones too. Damaged is `undefined`. */
  record(key: string): BlobRecord | undefined;
  /** The blob under a key, verified; expired ones too. Damaged is `undefined`. */
  get(key: string): BlobInView | undefined;
  /** Stores a blob in place of the one its key had. `record` is complete, as for `setBlob`. */
  set(key: string, blob: BlobInView): void;
  /**
   * Gives the blob under a key another record and leaves its bytes: `codec`, `byteLength` and `checksum` must be the same.
   *
   * @returns `false` when there is no blob
   */
  setRecord(key: string, record: BlobRecord): boolean;
  /** Forgets one blob; `false` when there was none. */
  delete(key: string): boolean;
  /** The keys in a range, as they are within the transaction. Don't change the view while you iterate over them. */
  keys(range?: KeyRange): Iterable<string>;
}

/** Where a transaction takes place. */
export interface TransactionOptions {
  /**
   * One of the keys it concerns. A backend in several shards runs the transaction in the shard of this key, and all keys
   * must be in that shard; keys with the same part in braces, as in `{jobs}/1` and `{jobs}/2`, are. Others need none.
   */
  readonly key?: string;
}

/** Several keys as one step. Declared by `supports.transactions`. */
export interface Transactions {
  /**
   * Runs `body` while nobody else writes: all of its changes are made when it returns, and none when it throws. It must
   * be synchronous, quick, and free of other effects, for it may run more than once.
   *
   * @returns what `body` returned, once the changes are committed
   * @throws what `body` throws
   */
  transaction<Result>(body: (view: TransactionView) => Result, options?: TransactionOptions): Promise<Result>;
}
