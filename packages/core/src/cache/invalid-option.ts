import { LarderError } from "../errors.js";

/** What is thrown for an option that is not as it must be: `invalid-option`, with the name of the option as a fact. */
export function invalidOption(option: string, expected: string, actual: unknown): LarderError {
  return new LarderError(`The option '${option}' must be ${expected}, and it is ${said(actual)}.`, {
    code: "invalid-option",
    facts: { option, expected },
  });
}

function said(value: unknown): string {
  return typeof value === "object" && value !== null ? JSON.stringify(value) : String(value);
}
