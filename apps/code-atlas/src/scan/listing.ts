import { cacheKeySymbol, contentDigest, type Keyed } from "@larder/core";

/** A source file of a listing. */
export interface SourceFile {
  /** Relative to the root, with `/`. */
  readonly path: string;
  readonly sha256: string;
  /** Bytes. */
  readonly size: number;
}

/** A source file that can't be read. */
export interface UnreadableFile {
  readonly path: string;
  /** As of `fs`, such as `EACCES`. */
  readonly code: string;
}

/** What {@link listing} is made of. */
export interface ListingParts {
  /** Absolute path, symbolic links resolved. */
  readonly root: string;
  /** Names the repository in the tags of the cache. */
  readonly repository: string;
  /** In the order of the bytes of their paths. */
  readonly files: readonly SourceFile[];
  readonly unreadable: readonly UnreadableFile[];
  /** Files that say where imports lead: `package.json`, `tsconfig.json`; with their digests. */
  readonly layout: readonly SourceFile[];
  /** Symbolic links among the installed packages, each as `path → target`. */
  readonly links: readonly string[];
}

/** What there is in a repository. Two are equal by names and contents, wherever they lie. */
export interface Listing extends ListingParts, Keyed {}

export function listing(parts: ListingParts): Listing {
  let digest: string | undefined;
  return {
    ...parts,
    [cacheKeySymbol]() {
      digest ??= digestOf(parts);
      return digest;
    },
  };
}

/** One text over all of it: a tree of objects this large takes ten times as long to digest. */
function digestOf({ files, unreadable, layout, links }: ListingParts): string {
  // A path can hold a line break, but no NUL.
  const lines = [
    ...files.map(({ path, sha256 }) => `file\0${sha256}\0${path}`),
    ...unreadable.map(({ path, code }) => `unreadable\0${code}\0${path}`),
    ...layout.map(({ path, sha256 }) => `layout\0${sha256}\0${path}`),
    ...links.map((link) => `link\0${link}`),
  ];
  return contentDigest(Buffer.from(lines.join("\0\n")));
}
