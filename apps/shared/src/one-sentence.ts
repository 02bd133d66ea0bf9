import { LarderError } from "@larder/core";

/** What went wrong, for a person: no stack, one line. */
export function oneSentence(error: unknown): string {
  const text = error instanceof Error ? error.message || error.name : String(error);
  const line = text
    .split("\n")
    .map((part) => part.trim())
    .filter((part) => part !== "")
    .map((part) => (/[.!?:]$/.test(part) ? part : `${part}.`))
    .join(" ");
  return line === "" ? "Something failed without saying what." : line;
}

/** The stable code of an error, `failed` when it has none. */
export function codeOf(error: unknown): string {
  return LarderError.isInstance(error) ? error.code : "failed";
}

/**
 * The error to tell of a run that failed: what Larder or a node said on purpose is told as it is, without the run
 * around it.
 */
export function rootError(error: unknown): unknown {
  if (!LarderError.isInstance(error, "pipeline-failed")) return error;
  const failures = "failures" in error ? (error.failures as readonly { error: unknown }[]) : [];
  const [first] = failures;
  return failures.length === 1 && LarderError.isInstance(first?.error) ? first.error : error;
}
