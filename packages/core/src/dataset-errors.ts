import { LarderError } from "./errors.js";

/** A column's values don't fit the type it has, and nobody said what to make of that. */
export class ColumnTypeError extends LarderError {
  constructor(column: string, stored: string, given: string, detail?: string) {
    const why = detail === undefined ? "" : ` (${detail})`;
    super(
      `Column ${JSON.stringify(column)} is cached as ${stored}, and now comes as ${given}${why}. Name the type it shall have in the option schema, or forget the table's cache.`,
      { code: "column-type", facts: { column, stored, given, detail } },
    );
  }
}

/** A file of the cache is not what was written. Reaches a caller only in strict mode; else its cells are fetched again. */
export class CacheCorruptionError extends LarderError {
  constructor(file: string, reason: string, cause?: unknown) {
    super(`The cache file ${file} is unreadable: ${reason}. It was put aside; what it held is fetched again.`, {
      code: "cache-corruption",
      facts: { file, reason },
      cause,
    });
  }
}
