import type { Id } from "../ids/ids-for-people.js";
import { JsonParseError } from "./json-parse-error.js";

/** A JsonParseError with the column and the id of the cell it came from; any other error as it is. */
export function jsonErrorOfCell(error: unknown, column: string, id: () => Id): unknown {
  if (!(error instanceof JsonParseError)) return error;
  const { reason, path, position, cause } = error;
  return new JsonParseError({ reason, path, position, column, id: id(), cause });
}
