import type { BlobRecord, JsonObject } from "./blob-record.js";
import type { Awaitable, BlobSource } from "./blob-source.js";
import type { TableHandle } from "./table.js";

/**
 * Turns values of one kind into bytes and back. The first codec that accepts a value encodes it; the codec named in
 * the record decodes it. Decoding never runs code from the store.
 */
export interface ValueCodec<Value = unknown> {
  /** Recorded with every blob. A layout that older code can't read gets a new name. */
  readonly name: string;
  /** Whether this codec brings the value back exactly. */
  accepts(value: unknown): boolean;
  /** Why a value of this codec's kind is not accepted, as half a sentence; `undefined` for other kinds. */
  explain?(value: unknown): string | undefined;
  /** The bytes of a value that was accepted. */
  encode(value: Value): Awaitable<EncodedValue>;
  /**
   * For values whose bytes would take too much memory at once: the same bytes one after the other. `undefined` for all
   * others. Whoever can't store a stream, such as a transaction, calls `encode` instead.
   */
  encodeStream?(value: Value): EncodedStream | undefined;
  /** The value. `source` is verified. */
  decode(source: BlobSource, record: BlobRecord): Awaitable<Value>;
  /** For tables: a handle that reads nothing until asked. */
  openTable?(source: BlobSource, record: BlobRecord): TableHandle;
}

/** What a codec makes of a value, as it is made. */
export interface EncodedStream {
  /** To be read once. What it throws is what storing the value throws, and nothing is stored then. */
  readonly chunks: AsyncIterable<Uint8Array>;
  /** Facts to keep in the record; called once, when `chunks` have ended. */
  details?(): JsonObject | undefined;
}

/** What a codec made of a value. */
export interface EncodedValue {
  readonly bytes: Uint8Array;
  /** Facts to keep in the record, such as `{ rows: 3000000, columns: 5 }`. */
  readonly details?: JsonObject;
}
