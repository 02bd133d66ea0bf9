import type { BlobRecord } from "./blob-record.js";
import type { BlobSource } from "./blob-source.js";
import type { BackendCapabilities } from "./capabilities/index.js";
import type { ValueCodec } from "./codec.js";
import type { NodeSignature } from "./node-signature.js";

/**
 * Stores blobs under keys, and one signature per node. Any object with these methods is a backend: there is no base
 * class and no registry. A backend knows nothing of values; it keeps bytes and hands the same bytes back.
 *
 * A backend never judges freshness: it returns a blob whose `expiresAt` lies in the past, and the {@link Cache} above
 * calls it a miss.
 */
export interface CacheBackend {
  /** The newest signature stored for a node (`<pipeline>/<node>`), or `undefined`. */
  getMeta(nodeName: string): Promise<NodeSignature | undefined>;
  /** Stores a signature in place of the one its node had. */
  setMeta(signature: NodeSignature): Promise<void>;
  /**
   * The blob under a key, or `undefined`. Bytes known to be damaged are `undefined` too, never an exception.
   * Deciding a hit reads no bytes: `source` reads them when asked.
   */
  getBlob(key: string, options?: BlobLook): Promise<StoredBlob | undefined>;
  /** Stores a blob in place of the one its key had; resolves when another process can read it. */
  setBlob(key: string, blob: BlobToStore): Promise<void>;
  /** Forgets every blob and signature. */
  clear(): Promise<void>;
  /** Codecs this backend brings along, asked before the built-in ones. */
  readonly codecs?: readonly ValueCodec[];
  /** What this backend can do beyond these methods; absent means nothing more. */
  readonly supports?: BackendCapabilities;
  /** Releases what the backend holds open. Calling a method afterwards may open it again. */
  close?(): Promise<void>;
}

/** How a blob is looked at. */
export interface BlobLook {
  /**
   * `false`: for those who only inspect what is there. The look counts as no use, so it does not change what is evicted first;
   * a backend that can't tell the two apart may count it. Default `true`.
   */
  readonly countsAsUse?: boolean | undefined;
}

/** A blob as a backend returns it. It stays readable until closed, even when its key is overwritten or deleted. */
export interface StoredBlob {
  readonly record: BlobRecord;
  readonly source: BlobSource;
  /**
   * `true` when `source` itself checks the bytes it returns and throws {@link DamagedBlobError}; otherwise the cache
   * checks them against `record.checksum`.
   */
  readonly verified?: boolean;
  /**
   * All the bytes, checked, handed over: nobody else has their memory, and nothing can be read of this blob afterwards. A
   * shortcut for who reads the whole and no more, where the backend has to copy them anyway.
   */
  takeBytes?(): Uint8Array;
  /** Releases what the blob holds open, such as a file descriptor. */
  close?(): Promise<void>;
  [Symbol.asyncDispose]?(): Promise<void>;
}

/**
 * A blob to be stored: its complete record, and its bytes in one of three forms. `blobBytes` turns any form into
 * bytes, for backends that keep only that one.
 */
export type BlobToStore = BlobOfBytes | BlobOfChunks | BlobOfFile;

/** Bytes in memory. The backend must not change them, and must copy what it keeps. */
export interface BlobOfBytes {
  readonly record: BlobRecord;
  readonly bytes: Uint8Array;
}

/** Bytes that arrive in order, to be read once; `record` was made from a copy that is known to be whole. */
export interface BlobOfChunks {
  readonly record: BlobRecord;
  readonly chunks: AsyncIterable<Uint8Array>;
}

/** A finished file, on the local disk, that the backend may move away. */
export interface BlobOfFile {
  readonly record: BlobRecord;
  readonly file: string;
  /**
   * `chunkDigests` of its bytes, from who has just written them; `record.checksum` is their BLAKE3 then. A backend that takes
   * the file over need not read it: were it another, reading the blob would show it.
   */
  readonly chunkDigests?: Uint8Array;
}
