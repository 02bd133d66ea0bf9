import { ColumnTypeError } from "@larder/core";
import { FetchBatchError } from "../errors/fetch-batch-error.js";
import { shown } from "../errors/invalid-request.js";
import type { Id } from "../ids/ids-for-people.js";

/** What to throw for a value that no column can hold: code `unsuitable-value`. */
export function unsuitableValue(column: string, id: Id, value: unknown, why: string): FetchBatchError {
  return new FetchBatchError(
    `Column ${JSON.stringify(column)} of id ${shown(id)} has ${shown(value)}, ${why}. Let the fetcher make a number, a text, a date, bytes or JSON of it.`,
    { code: "unsuitable-value", facts: { column, id } },
  );
}

/** What to throw when the values of one answer have no type in common. */
export function mixedTypes(column: string, left: TypedId, right: TypedId): ColumnTypeError {
  return new ColumnTypeError(
    column,
    left.type,
    right.type,
    `in one answer, of the ids ${shown(left.id)} and ${shown(right.id)}`,
  );
}

/** A type, and an id whose value has it. */
export interface TypedId {
  readonly type: string;
  readonly id: Id;
}
