import { expect } from "vitest";
import { BatchFetchError } from "../../src/index.js";

/** The error of a call whose batches fail. */
export async function failureOf(work: Promise<unknown>): Promise<BatchFetchError> {
  const error = await work.then(
    () => undefined,
    (caught: unknown) => caught,
  );
  expect(error).toBeInstanceOf(BatchFetchError);
  return error as BatchFetchError;
}
