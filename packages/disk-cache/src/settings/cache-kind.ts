import { contentDigest, LarderError } from "@larder/core";

/** The kinds of things an application caches that have a name of their own here. Any other word is a kind as well. */
export const builtInKinds = Object.freeze([
  "plan",
  "extract",
  "schema",
  "repo_scan",
  "runtime",
  "node",
  "table",
  "folio",
  "queue",
  "index",
] as const);

/** What kind of things a cache keeps; each has a directory of its own. Any non-empty, well-formed text. */
export type CacheKind = (typeof builtInKinds)[number] | (string & {});

/** Names that Windows keeps for devices, in any case and with any extension. https://learn.microsoft.com/windows/win32/fileio/naming-a-file */
const deviceName = /^(con|prn|aux|nul|com[0-9]|lpt[0-9])$/;

const plain = /^[a-z0-9_-]+$/;

/** Longer names are cut, and told apart by a digest; file systems take 255 bytes. */
const longestName = 120;

/**
 * The name of the directory of a kind: letters `a` to `z`, digits, `_` and `-` stand for themselves, all other bytes of its
 * UTF-8 as `%` and two hexadecimal digits. Different kinds have different names, also where a file system takes `A` for
 * `a`; none is a path, hidden, or reserved.
 *
 * @throws LarderError `invalid-kind` when it is empty, no text, or has unpaired surrogates
 */
export function kindDirectory(kind: CacheKind): string {
  checkKind(kind);
  if (plain.test(kind) && !deviceName.test(kind) && kind.length <= longestName) return kind;
  let name = "";
  for (const byte of Buffer.from(kind, "utf8")) {
    const character = String.fromCharCode(byte);
    name += plain.test(character) ? character : escaped(byte);
  }
  if (deviceName.test(name)) name = escaped(name.charCodeAt(0)) + name.slice(1);
  // '~' stands in no other name.
  return name.length <= longestName ? name : `${name.slice(0, longestName - 66)}~${contentDigest(Buffer.from(kind))}`;
}

/** @throws LarderError `invalid-kind` */
export function checkKind(kind: unknown): asserts kind is CacheKind {
  if (typeof kind === "string" && kind !== "" && kind.isWellFormed()) return;
  const shown = typeof kind === "string" ? JSON.stringify(kind) : String(kind);
  throw new LarderError(
    `The kind of a cache must be a text of at least one character without unpaired surrogates, and it is ${shown}. Use a word such as ${builtInKinds.slice(0, 3).join(", ")}, or one of your own.`,
    { code: "invalid-kind", facts: { kind } },
  );
}

function escaped(byte: number): string {
  return `%${byte.toString(16).padStart(2, "0")}`;
}
