import { LarderError } from "@larder/core";

/** Bytes that should be a set of ids are none. */
export function damagedIdSet(reason: string, facts: Readonly<Record<string, unknown>> = {}): LarderError {
  return new LarderError(`These bytes are no set of ids: ${reason}. What holds them was damaged or cut short.`, {
    code: "damaged-id-set",
    facts: { reason, ...facts },
  });
}
