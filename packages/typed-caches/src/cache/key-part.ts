import { LarderError } from "@larder/core";
import { shown } from "./invalid-option.js";

/**
 * A text as one part of a key or tag whose parts are joined by `:`. Letters, digits and `-_.!~*'()` stand for themselves, all else
 * is `%` and two hexadecimal digits for each byte of its UTF-8; so different texts are different parts, and none has a `:`.
 *
 * @param what - names the part in the message
 * @throws LarderError `invalid-key-part` when it is no text, empty, or has unpaired surrogates
 */
export function keyPart(what: string, text: unknown): string {
  if (typeof text === "string" && text !== "" && text.isWellFormed()) return encodeURIComponent(text);
  throw new LarderError(
    `The ${what} must be a text of at least one character without unpaired surrogates, and it is ${shown(text)}.`,
    { code: "invalid-key-part", facts: { part: what, value: text } },
  );
}

/** The parts of a key, each as {@link keyPart} writes it. @throws LarderError `invalid-key-part` */
export function joinedKey(prefix: string, parts: Readonly<Record<string, unknown>>): string {
  return [prefix, ...Object.entries(parts).map(([what, text]) => keyPart(what, text))].join(":");
}

/** A tag that names a thing by its kind. @throws LarderError `invalid-key-part` */
export function tagOf(kind: string, what: string, text: unknown): string {
  return `${kind}:${keyPart(what, text)}`;
}
