import type { BlobRecord } from "../blob-record.js";
import type { BlobSource } from "../blob-source.js";
import { LarderError } from "../errors.js";
import type { TableHandle } from "../table.js";
import { decodeBlob, type FoundBlob, openChecked, release } from "./entry-reader.js";

/** An entry of a cache: its record, and the way to its value. It stays readable until closed, even when deleted. */
export interface CacheEntry {
  readonly record: BlobRecord;
  /**
   * The value, read and decoded afresh at each call.
   *
   * @throws DamagedBlobError when its bytes are damaged or gone, or its codec can't read them; LarderError `newer-format` when a
   *   newer version of that codec wrote them
   */
  value<T = unknown>(): Promise<T>;
  /**
   * The value as a table that reads nothing until asked.
   *
   * @throws LarderError `not-a-table` when its codec is none for tables
   */
  table(): TableHandle;
  /** Releases what the entry holds open; its table is closed with it. Closing twice does nothing. */
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

/** @param onFailure - told what `value` throws, before it is thrown */
export function cacheEntry(found: FoundBlob, onFailure?: (error: unknown) => void): CacheEntry {
  const { stored, codec, key } = found;
  const { record } = stored;
  let closing: Promise<void> | undefined;
  const close = () => {
    closing ??= release(stored);
    return closing;
  };
  return {
    record,
    async value<T>() {
      try {
        return (await decodeBlob(found)) as T;
      } catch (error) {
        onFailure?.(error);
        throw error;
      }
    },
    table() {
      if (codec.openTable === undefined) {
        throw new LarderError(
          `The value under '${key}' is no table: it was stored by the codec '${record.codec}'. Read it with value().`,
          { code: "not-a-table", facts: { key, codec: record.codec } },
        );
      }
      return codec.openTable(checkedLater(found), record);
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}

/** The checked source of a blob as `openTable` wants it: at once, waiting only when it is read. */
function checkedLater(found: FoundBlob): BlobSource {
  const { source, record, verified } = found.stored;
  if (verified === true) return source;
  let checked: Promise<BlobSource> | undefined;
  return {
    byteLength: record.byteLength,
    async slice(start, end) {
      checked ??= openChecked(found);
      return (await checked).slice(start, end);
    },
  };
}
