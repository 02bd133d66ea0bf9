import { LarderError } from "@larder/core";

/** The bytes are not a Parquet file at all. */
export function notParquet(reason: string): LarderError {
  return new LarderError(`This is not a Parquet file: ${reason}. Check that the right file or blob was opened.`, {
    code: "not-parquet",
    facts: { reason },
  });
}

/** The bytes began as a Parquet file and contradict themselves. */
export function damagedParquet(
  reason: string,
  facts: Readonly<Record<string, unknown>> = {},
  cause?: unknown,
): LarderError {
  return new LarderError(`This Parquet file is damaged or cut short: ${reason}. Write or fetch it again.`, {
    code: "damaged-parquet",
    facts: { reason, ...facts },
    cause,
  });
}

/** A sound Parquet file, or a column of one, that this package can't read exactly. */
export function unsupportedParquet(reason: string, facts: Readonly<Record<string, unknown>> = {}): LarderError {
  return new LarderError(`This Parquet file holds something Larder does not read: ${reason}.`, {
    code: "unsupported-parquet",
    facts: { reason, ...facts },
  });
}

/** Runs a step that parses bytes from outside; whatever it throws becomes a {@link LarderError}. */
export function parsing<Result>(what: string, facts: Readonly<Record<string, unknown>>, parse: () => Result): Result {
  try {
    return parse();
  } catch (error) {
    if (LarderError.isInstance(error)) throw error;
    const detail = error instanceof Error ? error.message : String(error);
    throw damagedParquet(`${what} can't be read (${detail})`, facts, error);
  }
}
