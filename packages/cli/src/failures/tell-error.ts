import { LarderError, redactedText } from "@larder/core";
import type { Colors } from "picocolors/types.js";
import { exitCodes } from "../commands/command.js";
import type { Surroundings } from "../commands/command-context.js";
import { UsageError } from "./usage-error.js";

/** How an error is told. */
export interface TellOptions {
  readonly json: boolean;
  readonly colours: Colors;
  readonly surroundings: Surroundings;
}

/**
 * Tells an error on stderr: a sentence for people, or `{ "error": { code, message, facts } }`. No stack, and no secret of a URL.
 *
 * @returns the exit code of the program
 */
export function tellError(error: unknown, { json, colours, surroundings }: TellOptions): number {
  const { stderr } = surroundings;
  const message = messageOf(error);
  const code = codeOf(error);
  if (json) {
    const facts = LarderError.isInstance(error) ? plainFacts(error.facts) : {};
    stderr.write(`${JSON.stringify({ error: { code, message, facts } }, undefined, 2)}\n`);
  } else stderr.write(`${colours.red("Error:")} ${message}\n`);
  return error instanceof UsageError ? exitCodes.usage : exitCodes.failed;
}

/** What went wrong, for a person: no stack, no secrets. */
export function messageOf(error: unknown): string {
  const text = error instanceof Error ? error.message || error.name : String(error);
  const told = redactedText(text.trim());
  return told === "" ? "Something failed without saying what." : told;
}

/** The stable code of an error, `failed` when it has none. */
export function codeOf(error: unknown): string {
  return LarderError.isInstance(error) ? error.code : "failed";
}

function plainFacts(facts: Readonly<Record<string, unknown>>): unknown {
  const seen = new Set<unknown>();
  const text = JSON.stringify(facts, (_key, value: unknown) => {
    if (typeof value === "string") return redactedText(value);
    if (typeof value === "bigint") return String(value);
    if (value instanceof Error) return redactedText(value.message);
    if (typeof value !== "object" || value === null) return value;
    if (seen.has(value)) return undefined;
    seen.add(value);
    return value;
  });
  return JSON.parse(text ?? "{}");
}
