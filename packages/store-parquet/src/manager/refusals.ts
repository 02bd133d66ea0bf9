import { LarderError } from "@larder/core";

/** Errors that say that a table is not fit to be stored, in contrast to those of whatever made it. */
const refusals = new WeakSet<object>();

/** A table that must not be stored, and why. */
export function refusal(code: string, message: string, facts: Readonly<Record<string, unknown>> = {}): LarderError {
  const error = new LarderError(message, { code, facts });
  refusals.add(error);
  return error;
}

/** Whether an error was made by {@link refusal}, or says that a table can't be kept exactly. */
export function isRefusal(error: unknown): error is LarderError {
  if (typeof error !== "object" || error === null) return false;
  return refusals.has(error) || LarderError.isInstance(error, "unstorable-table");
}
