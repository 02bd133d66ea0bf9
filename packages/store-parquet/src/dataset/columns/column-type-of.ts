import { LarderError } from "@larder/core";
import type { DataType } from "apache-arrow";
import type { Arrow } from "../../arrow/load-arrow.js";
import { nearestName } from "../../arrow/nearest-name.js";
import { parseType } from "./parse-type.js";

const aliases: Readonly<Record<string, string>> = {
  boolean: "Bool",
  int: "Int64",
  integer: "Int64",
  bigint: "Int64",
  float: "Float64",
  double: "Float64",
  number: "Float64",
  text: "Utf8",
  string: "Utf8",
  json: "Utf8",
  bytes: "Binary",
  date: "Date32<DAY>",
  timestamp: "Timestamp<MILLISECOND, UTC>",
};

const plainNames = [
  "Null",
  "Bool",
  "Int8",
  "Int16",
  "Int32",
  "Int64",
  "Uint8",
  "Uint16",
  "Uint32",
  "Uint64",
  "Float16",
  "Float32",
  "Float64",
  "Utf8",
  "LargeUtf8",
  "Binary",
  "LargeBinary",
  "Date32<DAY>",
  "Date64<MILLISECOND>",
  "Time32<SECOND>",
  "Time32<MILLISECOND>",
  "Time64<MICROSECOND>",
  "Time64<NANOSECOND>",
  "Timestamp<SECOND>",
  "Timestamp<MILLISECOND>",
  "Timestamp<MICROSECOND>",
  "Timestamp<NANOSECOND>",
  "Duration<SECOND>",
  "Duration<MILLISECOND>",
  "Duration<MICROSECOND>",
  "Duration<NANOSECOND>",
];

/**
 * The Arrow type that a text names, in any case: the inverse of `typeText`, which also knows `int` (`Int64`), `float`
 * (`Float64`), `text`, `boolean`, `date`, `timestamp` (in milliseconds, UTC: what a `Date` is), `json` (`Utf8`; see
 * {@link columnMetadataOf}) and the like.
 *
 * What `typeText` leaves out is not known here: fields inside are nullable, elements are named `item`, dictionaries are not
 * ordered. A struct whose fields have `: ` or `, ` in their names is read as another one.
 *
 * @throws LarderError `unknown-type`, naming the nearest
 */
export function columnTypeOf(arrow: Arrow, text: string): DataType {
  const known = Object.hasOwn(aliases, text.toLowerCase()) ? aliases[text.toLowerCase()]! : text;
  const type = parseType(arrow, known);
  if (type) return type;
  const nearest = nearestOf(text);
  throw new LarderError(
    `There is no column type ${JSON.stringify(text)}.${nearest === undefined ? " Types are named as in Arrow: Int64, Float64, Utf8, Bool, Timestamp<MILLISECOND>, …" : ` Did you mean ${nearest}?`}`,
    { code: "unknown-type", facts: { type: text, nearest } },
  );
}

/** The metadata of a field whose type a text names: of `json` that its texts are JSON. */
export function columnMetadataOf(text: string): Readonly<Record<string, string>> | undefined {
  return text.toLowerCase() === "json" ? { "larder:json": "true" } : undefined;
}

/** Case doesn't count in a name, so it does not in what is near it. */
function nearestOf(text: string): string | undefined {
  const names = new Map([...Object.keys(aliases), ...plainNames].map((name) => [name.toLowerCase(), name]));
  const nearest = nearestName(text, [...names.keys()]);
  return nearest === undefined ? undefined : names.get(nearest);
}
