import { LarderError } from "@larder/core";

/** @param allowed - what it must be, in words. Texts are not shown: an option may hold a secret. */
export function invalidConnectOption(name: string, allowed: string, value: unknown): LarderError {
  const shown = typeof value === "number" || value === undefined ? String(value) : `of type ${typeof value}`;
  return new LarderError(`The option '${name}' of the remote must be ${allowed}, and it is ${shown}.`, {
    code: "invalid-option",
    facts: { option: name, allowed },
  });
}
