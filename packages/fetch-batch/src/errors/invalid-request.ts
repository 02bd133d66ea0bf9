import { nearestName } from "@larder/core";
import { FetchBatchError } from "./fetch-batch-error.js";

/** What to throw when an option is not as it must be: code `invalid-option`. */
export function invalidOption(option: string, expected: string, actual: unknown): FetchBatchError {
  return new FetchBatchError(`The option '${option}' must be ${expected}, and it is ${shown(actual)}.`, {
    code: "invalid-option",
    facts: { option, expected },
  });
}

/** What to throw for an option that nothing takes, such as one that is mistyped: code `invalid-option`. `known` are those there are. */
export function unknownOption(option: string, known: readonly string[]): FetchBatchError {
  const nearest = nearestName(option, known);
  const hint = nearest === undefined ? `Known are ${known.join(", ")}.` : `Did you mean '${nearest}'?`;
  return new FetchBatchError(`There is no option ${shown(option)}. ${hint}`, {
    code: "invalid-option",
    facts: { option, nearest },
  });
}

/** What to throw when an id is not one: code `invalid-id`. `place` is its place in `ids`. */
export function invalidId(id: unknown, place: number, expected: string): FetchBatchError {
  return new FetchBatchError(`ids[${place}] must be ${expected}, and it is ${shown(id)}.`, {
    code: "invalid-id",
    facts: { id, place, expected },
  });
}

/** A value as it may stand in a message: short, on one line. */
export function shown(value: unknown): string {
  if (typeof value === "string") return JSON.stringify(value.length > 60 ? `${value.slice(0, 60)}…` : value);
  if (typeof value === "bigint") return `${value}n`;
  if (typeof value === "function") return "a function";
  if (typeof value === "symbol") return "a symbol";
  if (typeof value !== "object" || value === null) return Object.is(value, -0) ? "-0" : String(value);
  if (Array.isArray(value)) return "an array";
  const maker: unknown = Object.getPrototypeOf(value)?.constructor;
  const name = typeof maker === "function" ? maker.name : "";
  return name === "" || name === "Object" ? "an object" : `an object of class ${name}`;
}
