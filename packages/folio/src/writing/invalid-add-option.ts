import { LarderError } from "@larder/core";

/** An option of `add` that is not allowed. Values are shown only where they are no text: a text may be anything. */
export function invalidAddOption(name: string, allowed: string): LarderError {
  return new LarderError(`The option '${name}' must be ${allowed}.`, {
    code: "invalid-option",
    facts: { option: name, allowed },
  });
}
