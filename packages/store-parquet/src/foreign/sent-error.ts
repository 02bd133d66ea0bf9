import { LarderError } from "@larder/core";
import { foreignCrash } from "./foreign-errors.js";

/** An error on its way between processes. */
export type SentError =
  | {
      readonly kind: "larder";
      readonly message: string;
      readonly code: string;
      readonly facts: Readonly<Record<string, unknown>>;
    }
  /** The source that the parent reads from failed: the parent has the error. */
  | { readonly kind: "source"; readonly range: number }
  | { readonly kind: "other"; readonly name: string; readonly message: string };

/** Thrown in the child where the parent could not get bytes. */
export class SourceFailure extends Error {
  constructor(readonly range: number) {
    super("The source of the file failed.");
  }
}

/** An error as data. Facts that can't be sent become text. */
export function sentError(error: unknown): SentError {
  if (error instanceof SourceFailure) return { kind: "source", range: error.range };
  if (LarderError.isInstance(error)) {
    if (error.cause instanceof SourceFailure) return { kind: "source", range: error.cause.range };
    return { kind: "larder", message: error.message, code: error.code, facts: plainFacts(error.facts) };
  }
  if (error instanceof Error) return { kind: "other", name: error.name, message: error.message };
  return { kind: "other", name: typeof error, message: String(error) };
}

/** The error again. `sourceError` knows what a read of the source threw. */
export function receivedError(sent: SentError, sourceError: (range: number) => unknown): unknown {
  switch (sent.kind) {
    case "larder":
      return new LarderError(sent.message, { code: sent.code, facts: sent.facts });
    case "source":
      return sourceError(sent.range);
    case "other":
      return foreignCrash(`the process that read it failed with ${sent.name}: ${sent.message}`, { name: sent.name });
  }
}

function plainFacts(facts: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const plain = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(plain);
    return typeof value === "object" && value !== null ? String(value) : value;
  };
  const sendable = Object.entries(facts).filter(
    ([, value]) => typeof value !== "function" && typeof value !== "symbol",
  );
  return Object.fromEntries(sendable.map(([name, value]) => [name, plain(value)]));
}
