import { CacheCorruptionError, LarderError } from "@larder/core";

/** A part is no longer there: compaction took it away. A newer snapshot has its rows elsewhere. */
function partGone(path: string, cause: unknown): LarderError {
  return new LarderError(
    `The part ${path} is no longer there; a newer snapshot has its rows. Take one and read again.`,
    {
      code: "part-gone",
      facts: { file: path },
      cause,
    },
  );
}

/** A part was closed before it was read. */
export function partClosed(path: string): LarderError {
  return new LarderError(`The part ${path} was closed. Open it again to read it.`, {
    code: "closed-part",
    facts: { file: path },
  });
}

/** What is given to be written as a part contradicts itself. */
export function invalidPart(reason: string, facts: Readonly<Record<string, unknown>> = {}): LarderError {
  return new LarderError(`A part of a dataset can't be written: ${reason}.`, { code: "invalid-part", facts });
}

/** Errors that say that a file is not what was written. */
const damageCodes: ReadonlySet<string> = new Set([
  "damaged-parquet",
  "not-parquet",
  "unsupported-parquet",
  "damaged-part",
  "damaged-id-set",
]);

/** Runs a step that reads a part; what shows that the file is damaged becomes a {@link CacheCorruptionError} that names it. */
export async function readingPart<Result>(path: string, step: () => Promise<Result>): Promise<Result> {
  try {
    return await step();
  } catch (error) {
    throw asCorruption(path, error);
  }
}

function asCorruption(path: string, error: unknown): unknown {
  if (LarderError.isInstance(error)) {
    if (!damageCodes.has(error.code)) return error;
    const { reason } = error.facts;
    return new CacheCorruptionError(path, typeof reason === "string" ? reason : error.message, error);
  }
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === "ENOENT") return partGone(path, error);
  if (code === "EIO") return new CacheCorruptionError(path, "the disk can't read it", error);
  if (typeof code === "string" && code.startsWith("E") && !code.startsWith("ERR_")) {
    return new LarderError(`Reading the part ${path} failed: ${message}.`, {
      code: "read-failed",
      facts: { file: path, reason: code },
      cause: error,
    });
  }
  return error;
}
