import { LarderError } from "@larder/core";

/** A filter that can't be asked of a column. `reason` goes on from the column's name. */
export function invalidFilter(
  column: string,
  reason: string,
  facts: Readonly<Record<string, unknown>> = {},
): LarderError {
  return new LarderError(`The filter on column ${JSON.stringify(column)} can't be used: ${reason}`, {
    code: "invalid-filter",
    facts: { column, ...facts },
  });
}
