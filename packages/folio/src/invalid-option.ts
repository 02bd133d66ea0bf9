import { LarderError } from "@larder/core";

/** @param allowed - what it must be, in words */
export function invalidOption(name: string, allowed: string, value: unknown): LarderError {
  return new LarderError(`The option '${name}' must be ${allowed}, and it is ${shown(value)}.`, {
    code: "invalid-option",
    facts: { option: name, allowed, value },
  });
}

/** A value in a message: short, and never the content of an object. */
export function shown(value: unknown): string {
  if (typeof value === "string") return JSON.stringify(value.length > 100 ? `${value.slice(0, 100)}…` : value);
  if (typeof value === "object" && value !== null) return Array.isArray(value) ? "an array" : "an object";
  return typeof value === "function" ? "a function" : String(value);
}
