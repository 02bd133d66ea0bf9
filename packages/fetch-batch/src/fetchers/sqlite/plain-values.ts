import { FetchBatchError } from "../../errors/fetch-batch-error.js";

/**
 * Turns `ArrayBuffer`s, as `libsql` gives blobs, into bytes, in place. With `number`, whole numbers that may have been rounded are refused.
 *
 * @throws FetchBatchError `inexact-integer`
 */
export function plainValues(
  rows: readonly Record<string, unknown>[],
  integers: "bigint" | "number",
): readonly Record<string, unknown>[] {
  for (const row of rows) {
    for (const name in row) {
      const value = row[name];
      if (value instanceof ArrayBuffer) row[name] = new Uint8Array(value);
      else if (integers === "number" && Number.isInteger(value) && !Number.isSafeInteger(value))
        throw inexactInteger(name, value);
    }
  }
  return rows;
}

function inexactInteger(column: string, value: unknown): FetchBatchError {
  return new FetchBatchError(
    `The column ${JSON.stringify(column)} has the whole number ${value}, which a double may have rounded. Set the option integers to "bigint".`,
    { code: "inexact-integer", facts: { column, value } },
  );
}
