import type { Table } from "apache-arrow";
import { expect } from "vitest";
import { firstDifference } from "../../engines/engine-difference.js";
import { logicalTexts } from "../../support/logical-text.js";
import { hyparquetFile } from "./hyparquet-columns.js";

/** What hyparquet is known to read otherwise: nothing at all, or a column, with the reason. */
export interface HyparquetExceptions {
  /** What it says of the file. */
  readonly file?: RegExp;
  /** By column: what it says, or `"other values"`. */
  readonly columns?: Readonly<Record<string, RegExp | "other values">>;
}

/**
 * Expects of every flat column the values that hyparquet reads, but for the exceptions, which must be such.
 *
 * @returns how many columns were the same
 */
export async function expectAsHyparquet(
  bytes: Uint8Array,
  table: Table,
  what: string,
  exceptions: HyparquetExceptions = {},
): Promise<number> {
  if (exceptions.file) {
    await expect(async () => expectAsHyparquet(bytes, table, what), what).rejects.toThrow(exceptions.file);
    return 0;
  }
  const file = hyparquetFile(bytes);
  expect(file.rows, what).toBe(table.numRows);
  let same = 0;
  for (const [place, { name, type }] of table.schema.fields.entries()) {
    if (!file.flat.includes(name)) continue;
    const column = `${what}, ${name} (${type})`;
    const exception = exceptions.columns?.[name];
    if (exception instanceof RegExp) {
      await expect(file.texts(name, type), column).rejects.toThrow(exception);
      continue;
    }
    const found = firstDifference(await file.texts(name, type), logicalTexts(table.getChildAt(place)!));
    if (exception) expect(found, column).toBeDefined();
    else expect(found, column).toBeUndefined();
    if (!exception) same++;
  }
  return same;
}
