import { FetchBatchError } from "../../errors/fetch-batch-error.js";
import type { FetchedRow } from "../../fetcher.js";

/**
 * The rows in a JSON answer.
 *
 * @param path - names of fields on the way to the array of rows; empty when the answer is that array
 * @throws FetchBatchError `invalid-answer` when there is no array of objects
 */
export function rowsAt(answer: unknown, path: readonly string[], place: string): FetchedRow[] {
  let value = answer;
  for (const name of path) {
    value =
      typeof value === "object" && value !== null && Object.hasOwn(value, name)
        ? (value as FetchedRow)[name]
        : undefined;
  }
  if (!Array.isArray(value)) {
    const where = path.length === 0 ? "as a whole" : `at ${JSON.stringify(path.join("."))}`;
    throw new FetchBatchError(
      `The answer of ${place} is no array of rows ${where}. Say in the option rowsAt where in the answer the rows are.`,
      { code: "invalid-answer", facts: { place, path } },
    );
  }
  const wrong = value.findIndex((row) => typeof row !== "object" || row === null || Array.isArray(row));
  if (wrong >= 0) {
    throw new FetchBatchError(`Row ${wrong} in the answer of ${place} is not an object.`, {
      code: "invalid-answer",
      facts: { place, path, row: wrong },
    });
  }
  return value as FetchedRow[];
}
