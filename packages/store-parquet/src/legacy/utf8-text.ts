import { damagedLegacy } from "./legacy-errors.js";

/** Bytes as UTF-8, without a byte order mark. @throws LarderError `damaged-legacy` when they are not UTF-8 */
export function utf8Text(bytes: Uint8Array, origin: string): string {
  const [first, second] = bytes;
  if ((first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff)) {
    throw damagedLegacy(origin, "it is written in UTF-16, and only UTF-8 is read");
  }
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (cause) {
    throw damagedLegacy(origin, "it has bytes that are not UTF-8, or is longer than a text can be", cause);
  }
}
