import { LarderError } from "@larder/core";

/** Whether an error tells of the data, so that no other attempt and no other batch size helps. */
export function isDataError(error: unknown): error is LarderError {
  return LarderError.isInstance(error) && ["json-parse", "column-type", "unknown-type"].includes(error.code);
}
