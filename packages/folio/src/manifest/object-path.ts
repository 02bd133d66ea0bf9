import { createHash } from "node:crypto";

/** Folder of a bundle in which Larder keeps the objects of items. */
export const itemsFolder = "items";

/** Longer names are cut, so that a path stays within what file systems take (255 bytes for a part). */
const longestEscaped = 120;

/**
 * The name of a new object for an item's bytes: `<name, escaped>.<12 digits of its checksum>.<8 random digits>.<extension>`.
 * No two writes give the same, so an object is written once and deleted once, and nobody's deletion hits what somebody else has
 * just written.
 *
 * @param random - numbers from 0 to less than 1
 */
export function objectName(name: string, checksum: string, extension: string, random: () => number): string {
  const unique = Math.floor(random() * 2 ** 32)
    .toString(16)
    .padStart(8, "0");
  return `${escapedName(name)}.${checksum.slice(0, 12)}.${unique}.${extension}`;
}

/** Whether a path is one that {@link objectName} has made, in the folder of items. */
export function isObjectPath(path: string): boolean {
  return /^items\/[A-Za-z0-9_~-]+\.[0-9a-f]{12}\.[0-9a-f]{8}\.[a-z0-9]{1,12}$/.test(path);
}

/**
 * An item's name as part of a path, different for different names: letters and digits of ASCII, `_` and `-` stand for
 * themselves, every other byte of its UTF-8 is `~` and two hexadecimal digits. What gets longer than 120 is cut, and ends in `~~`
 * and a digest of the whole.
 */
export function escapedName(name: string): string {
  const escaped = Array.from(new TextEncoder().encode(name), escapedByte).join("");
  if (escaped.length <= longestEscaped) return escaped;
  const digest = createHash("sha256").update(name).digest("hex").slice(0, 32);
  return `${escaped.slice(0, longestEscaped - digest.length - 2)}~~${digest}`;
}

function escapedByte(byte: number): string {
  const character = String.fromCharCode(byte);
  return /[A-Za-z0-9_-]/.test(character) ? character : `~${byte.toString(16).padStart(2, "0")}`;
}
