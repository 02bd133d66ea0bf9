import { LarderError } from "@larder/core";

/** What an older cache holds is cut short, contradicts itself, or is not what its name says. `origin` says where. */
export function damagedLegacy(origin: string, reason: string, cause?: unknown): LarderError {
  return new LarderError(
    `${origin} can't be read: ${reason}. Take it from a backup, or delete it to have it made anew.`,
    {
      code: "damaged-legacy",
      facts: { origin, reason },
      cause,
    },
  );
}

/** Sound, but not to be had exactly here. `advice` says what to do, as a sentence. */
export function unsupportedLegacy(origin: string, reason: string, advice: string): LarderError {
  return new LarderError(`${origin} is not read, because its values would not be exact: ${reason}. ${advice}`, {
    code: "unsupported-legacy",
    facts: { origin, reason },
  });
}
