import { types } from "node:util";
import { isContainer } from "../columns/extract-json-value.js";
import type { Id } from "../ids/ids-for-people.js";
import { type TypedId, unsuitableValue } from "./unsuitable-value.js";

/** The kinds of values that columns are made of. */
export type ValueKind = "number" | "bigint" | "text" | "boolean" | "date" | "bytes" | "json";

/** What the values of a column have in common. */
export interface KindsOfValues {
  /** Each kind that there is, with the first id that has it, in the order they came. */
  readonly kinds: ReadonlyMap<ValueKind, Id>;
  readonly nulls: number;
}

/** Names of the types that kinds become, for messages. */
const typeNames: Readonly<Record<ValueKind, string>> = {
  number: "Float64",
  bigint: "Int64",
  text: "Utf8",
  boolean: "Bool",
  date: "Timestamp<MILLISECOND, UTC>",
  bytes: "Binary",
  json: "JSON",
};

/**
 * Which kinds the values of a column are of; `undefined` is a null.
 *
 * @throws FetchBatchError `unsuitable-value`
 */
export function kindsOfValues(column: string, values: readonly unknown[], idAt: (row: number) => Id): KindsOfValues {
  const kinds = new Map<ValueKind, Id>();
  let nulls = 0;
  let last: ValueKind | undefined;
  for (let row = 0; row < values.length; row++) {
    const value = values[row];
    if (value === null || value === undefined) {
      nulls++;
      continue;
    }
    const kind = kindOf(value);
    if (kind === undefined) throw unsuitableValue(column, idAt(row), value, "which is nothing that a column can hold");
    if (kind === last) continue;
    last = kind;
    if (!kinds.has(kind)) kinds.set(kind, idAt(row));
  }
  return { kinds, nulls };
}

/** Two kinds of a mixture, as messages name them. */
export function mixture({ kinds }: KindsOfValues): readonly [TypedId, TypedId] {
  const [left, right] = [...kinds].map(([kind, id]) => ({ type: typeNames[kind], id }));
  return [left!, right!];
}

function kindOf(value: unknown): ValueKind | undefined {
  switch (typeof value) {
    case "number":
      return "number";
    case "string":
      return "text";
    case "bigint":
      return "bigint";
    case "boolean":
      return "boolean";
    case "object":
      break;
    default:
      return undefined;
  }
  if (types.isDate(value)) return "date";
  if (types.isUint8Array(value)) return "bytes";
  return isContainer(value) ? "json" : undefined;
}
