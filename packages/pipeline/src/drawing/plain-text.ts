/**
 * A text of one line that any format can carry: control characters and halves of characters are replaced by `�`, and
 * what is longer than `length` characters ends in `…`.
 */
export function plainText(text: string, length: number): string {
  const characters = [...text.toWellFormed().replace(/[\p{Cc}\u2028\u2029]/gu, "�")];
  return characters.length <= length ? characters.join("") : `${characters.slice(0, length - 1).join("")}…`;
}
