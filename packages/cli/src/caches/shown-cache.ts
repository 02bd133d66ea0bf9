import { relative } from "node:path";
import type { Surroundings } from "../commands/command-context.js";
import type { CacheOnDisk } from "./cache-on-disk.js";

/** A path as a person reads it best: relative where that is within the working directory. */
export function shownPath(path: string, { directory }: Surroundings): string {
  const short = relative(directory, path);
  return short === "" ? "." : short.startsWith("..") ? path : short;
}

/** What a cache is, in words: `plain`, `kind plan`, `folio`. */
export function shownType({ type, kind }: CacheOnDisk): string {
  return type === "kind" ? `kind ${kind ?? "?"}` : type;
}
