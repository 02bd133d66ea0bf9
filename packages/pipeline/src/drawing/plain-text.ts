import { shortened } from "./escape-html.js";

/**
 * A text of one line that any format can carry: control characters and halves of characters are replaced by `�`, and
 * what is longer than `length` characters ends in `…`.
 */
export function plainText(text: string, length: number): string {
  return shortened(text.toWellFormed().replace(/[\p{Cc}\u2028\u2029]/gu, "�"), length);
}
