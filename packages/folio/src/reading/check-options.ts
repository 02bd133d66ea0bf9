import { LarderError, nearestName } from "@larder/core";
import { duration } from "../configuration/setting-check.js";
import { invalidOption } from "../invalid-option.js";

/** What is wrong with the value of an option: what it must be, in words; `undefined`: nothing. */
export type OptionCheck = (value: unknown) => string | undefined;

/** Options by name, each with its check. Every one of a type is to be named. */
export type OptionChecks<Options> = { readonly [Name in keyof Options]-?: OptionCheck };

/**
 * Checks an object of options: those that are not known are refused, with the nearest that is. `undefined` says nothing.
 *
 * @throws LarderError `invalid-option`
 */
export function checkOptions<Options>(options: Options | undefined, checks: OptionChecks<Options>, prefix = ""): void {
  if (options === undefined) return;
  if (!isObject(options)) throw invalidOption(prefix === "" ? "options" : prefix.slice(0, -1), "an object", options);
  for (const [name, value] of Object.entries(options)) {
    if (!Object.hasOwn(checks, name)) throw unknownOption(`${prefix}${name}`, name, Object.keys(checks));
    if (value === undefined) continue;
    const allowed = checks[name as keyof Options](value);
    if (allowed !== undefined) throw invalidOption(`${prefix}${name}`, allowed, value);
  }
}

export const isFlag: OptionCheck = (value) => (typeof value === "boolean" ? undefined : "true or false");

export const isFunction: OptionCheck = (value) => (typeof value === "function" ? undefined : "a function");

export const isAnObject: OptionCheck = (value) => (isObject(value) ? undefined : "an object");

export const isText: OptionCheck = (value) => (typeof value === "string" && value !== "" ? undefined : "a text");

export const isListOfNames: OptionCheck = (value) =>
  Array.isArray(value) && value.every((name) => typeof name === "string") ? undefined : "a list of names";

export const isCount: OptionCheck = (value) =>
  Number.isInteger(value) && (value as number) >= 1 ? undefined : "a whole number, 1 or more";

export const isSignal: OptionCheck = (value) =>
  isObject(value) && typeof (value as Partial<AbortSignal>).addEventListener === "function" && "aborted" in value
    ? undefined
    : "an AbortSignal";

/** Whatever it is, something else looks at it. */
export const isChecked: OptionCheck = () => undefined;

/** As the setting `ttlSeconds`. */
export const isTimeToLive: OptionCheck = (value) => {
  const outcome = timeToLive.check(value, nowhere);
  return typeof outcome === "string" ? outcome : undefined;
};

const timeToLive = duration({ orNever: true });
const nowhere = { relativeTo: "/", home: "/" };

/** A checked time to live, in seconds; `null`: for ever. */
export function secondsToLive(value: unknown): number | null {
  const outcome = timeToLive.check(value, nowhere);
  if (typeof outcome === "string") throw invalidOption("ttlSeconds", outcome, value);
  return outcome.value as number | null;
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function unknownOption(option: string, name: string, known: readonly string[]): LarderError {
  const nearest = nearestName(name, known);
  const hint = nearest === undefined ? `Known are ${known.join(", ")}.` : `Did you mean '${nearest}'?`;
  return new LarderError(`There is no option '${option.slice(0, 100)}'. ${hint}`, {
    code: "invalid-option",
    facts: { option: option.slice(0, 100), nearest },
  });
}
