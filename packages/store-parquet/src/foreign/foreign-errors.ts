import { LarderError } from "@larder/core";

/** Reading took more than allowed, and was ended. */
export function foreignLimit(
  limit: "memory" | "time" | "footer",
  what: string,
  remedy: string,
  facts: Readonly<Record<string, unknown>>,
): LarderError {
  return new LarderError(`This Parquet file ${what}. ${remedy}`, { code: "foreign-limit", facts: { limit, ...facts } });
}

/** The process that read a file ended or failed in a way that nobody foresaw. */
export function foreignCrash(reason: string, facts: Readonly<Record<string, unknown>>): LarderError {
  return new LarderError(
    `This Parquet file could not be read: ${reason}. It may be made to do harm; do not trust it.`,
    {
      code: "foreign-crash",
      facts: { reason, ...facts },
    },
  );
}

/** A read of a table that was closed. */
export function closedTable(): LarderError {
  return new LarderError("The table was closed before it was read to the end. Open it again.", {
    code: "closed-table",
  });
}
