import type { BlobRecord, JsonObject } from "../../blob-record.js";
import type { ToldError } from "./compute-failed-elsewhere-error.js";

/** What whoever computed a value says to those who waited for it in other threads and processes. */
export type LeaseOutcome =
  /** The value is stored, in the blob with this record. */
  | { readonly kind: "stored"; readonly checksum: string; readonly createdAt: number }
  | { readonly kind: "failed"; readonly error: ToldError }
  /** There is a value, but it could not be stored: each computes for itself. */
  | { readonly kind: "not-stored" };

/** An outcome has its place in a row of an index: longer texts are cut. */
const longestTextLength = 4000;

export function storedOutcome({ checksum, createdAt }: BlobRecord): JsonObject {
  return { kind: "stored", checksum, createdAt };
}

export function failedOutcome(error: unknown): JsonObject {
  return { kind: "failed", error: { ...toldError(error) } };
}

function toldError(error: unknown): ToldError {
  try {
    const { name, message, code } = (typeof error === "object" && error !== null ? error : {}) as Partial<ToldError>;
    return {
      name: text(name) ?? "Error",
      message: text(message) ?? String(error).slice(0, longestTextLength),
      ...(typeof code === "string" && { code: code.slice(0, longestTextLength) }),
    };
  } catch {
    return { name: "Error", message: "what was thrown can't be put into words" };
  }
}

export const notStoredOutcome: JsonObject = { kind: "not-stored" };

/** What an outcome says; `undefined` when there is none, or none that this version knows. */
export function readOutcome(outcome: JsonObject | undefined): LeaseOutcome | undefined {
  if (outcome?.kind === "not-stored") return { kind: "not-stored" };
  if (outcome?.kind === "stored") {
    const { checksum, createdAt } = outcome;
    return typeof checksum === "string" && typeof createdAt === "number"
      ? { kind: "stored", checksum, createdAt }
      : undefined;
  }
  if (outcome?.kind !== "failed") return undefined;
  const { name, message, code } = (outcome.error ?? {}) as Partial<ToldError>;
  if (typeof name !== "string" || typeof message !== "string") return undefined;
  return { kind: "failed", error: { name, message, ...(typeof code === "string" && { code }) } };
}

function text(value: unknown): string | undefined {
  return typeof value === "string" ? value.slice(0, longestTextLength) : undefined;
}
