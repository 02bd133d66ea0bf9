import { LarderError } from "../errors.js";

/** A backend's own `LarderError` as it is; anything else it threw as the cause of one. */
export function backendFailure(operation: string, key: string, error: unknown): LarderError {
  if (LarderError.isInstance(error)) return error;
  const said = error instanceof Error ? error.message : String(error);
  return new LarderError(`The backend could not ${operation} '${key}': ${said}. See the cause for what it met.`, {
    code: "backend-failed",
    facts: { operation, key },
    cause: error,
  });
}
