import { LarderError } from "@larder/core";

/** What to throw when something was held once, and is held no longer. */
export function leaseLost(what: string, name: string, why: string): LarderError {
  return new LarderError(
    `${what} is held no longer: ${why}. Somebody else may have it; don't go on with what needed it, or ask for more time.`,
    { code: "lease-lost", facts: { name, why } },
  );
}
