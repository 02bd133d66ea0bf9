import { LarderError } from "@larder/core";

/** What to throw when an option is not as it must be. */
export function invalidOption(option: string, expected: string, actual: unknown): LarderError {
  return new LarderError(`The option '${option}' must be ${expected}, and it is ${String(actual)}.`, {
    code: "invalid-option",
    facts: { option, expected },
  });
}

/** Milliseconds of a span in seconds, which must be a finite number above 0 (or `least`). */
export function spanMilliseconds(option: string, seconds: unknown, least: "above 0" | "0 or more" = "above 0"): number {
  const enough = typeof seconds === "number" && (least === "above 0" ? seconds > 0 : seconds >= 0);
  if (!enough || !Number.isFinite(seconds)) throw invalidOption(option, `a number of seconds, ${least}`, seconds);
  return seconds * 1000;
}

/** A whole number from `least` to `most`. */
export function wholeNumber(option: string, value: unknown, least: number, most = Number.MAX_SAFE_INTEGER): number {
  if (!Number.isSafeInteger(value) || (value as number) < least || (value as number) > most) {
    const upTo = most === Number.MAX_SAFE_INTEGER ? `${least} or more` : `${least} to ${most}`;
    throw invalidOption(option, `a whole number, ${upTo}`, value);
  }
  return value as number;
}
