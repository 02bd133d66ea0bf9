import type { CacheBackend } from "../backend.js";
import type { BlobRecord } from "../blob-record.js";
import type { BlobInView, Transactions, TransactionView } from "../capabilities/index.js";
import type { Ground } from "./ground.js";
import { recordOf } from "./sample-blobs.js";

/** What stands in all keys of a transaction of the suite, so that they are in one shard where there are several. */
const shared = "{together}/";

/** Keys and transactions of one test. */
export interface TransactionGround {
  /** A key of the test, in the shard of its transactions. */
  key(suffix: string): string;
  /** What all these keys begin with. */
  readonly prefix: string;
  put(suffix: string, bytes: Uint8Array, extra?: Partial<BlobRecord>): Promise<BlobRecord>;
  /** Runs a transaction, by default through the backend that is tested. */
  run<Result>(body: (view: TransactionView) => Result, backend?: CacheBackend): Promise<Result>;
}

export function transactionGround(ground: Ground): TransactionGround {
  const prefix = ground.prefix + shared;
  return {
    prefix,
    key: (suffix) => ground.key(shared + suffix),
    put: (suffix, bytes, extra) => ground.put(shared + suffix, bytes, extra),
    run: (body, backend = ground.backend) =>
      (backend as CacheBackend & Transactions).transaction(body, { key: `${prefix}any` }),
  };
}

/** A blob to set within a transaction, with a true record. */
export async function blobOf(bytes: Uint8Array, extra?: Partial<BlobRecord>): Promise<BlobInView> {
  return { record: await recordOf(bytes, extra), bytes };
}

/** The number in a blob, made by {@link blobOfNumber}; 0 where there is none. */
export function numberIn(blob: BlobInView | undefined): number {
  return blob === undefined ? 0 : Number(blob.record.origin);
}

/** A maker of blobs that stand for a number, for use within a transaction, where nothing can be awaited. */
export async function numberBlobs(): Promise<(value: number) => BlobInView> {
  const bytes = new TextEncoder().encode("a number");
  const record = await recordOf(bytes);
  return (value) => ({ record: { ...record, origin: String(value) }, bytes });
}
