import { FetchBatchError } from "../../errors/fetch-batch-error.js";

/**
 * Reads a value as SQLite's drivers give it: an `ArrayBuffer`, as `libsql` gives blobs, as bytes, all else as it is.
 *
 * @param ifRounded - what to do about whole numbers that a double may have rounded, which are refused. Absent: they are let through
 * @returns what throws FetchBatchError `inexact-integer`
 */
export function plainValue(column: string, ifRounded?: string): (value: unknown) => unknown {
  return (value) => {
    if (value instanceof ArrayBuffer) return new Uint8Array(value);
    if (ifRounded === undefined || !Number.isInteger(value) || Number.isSafeInteger(value)) return value;
    throw new FetchBatchError(
      `The driver gave the whole number ${value} in the column ${JSON.stringify(column)}, which a double may have rounded. ${ifRounded}`,
      { code: "inexact-integer", facts: { column, value } },
    );
  };
}
