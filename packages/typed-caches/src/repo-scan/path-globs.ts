import picomatch from "picomatch";
import { invalidOption } from "../cache/invalid-option.js";

/** Which paths are wanted, and which directories may have any. Paths are relative, with `/`. */
export interface PathGlobs {
  file(path: string): boolean;
  /** `""` is the root. `false`: nothing within is wanted. */
  directory(path: string): boolean;
}

const options = { dot: true };

/**
 * @param include - none: everything
 * @throws LarderError `invalid-option`
 */
export function pathGlobs(include: readonly string[], exclude: readonly string[]): PathGlobs {
  const included = include.length === 0 ? () => true : picomatch([...include], options);
  const excluded = exclude.length === 0 ? () => false : picomatch([...exclude], options);
  const bases = include.map((glob) => baseOf(glob));
  const known = new Map<string, boolean>([["", true]]);

  /** Whether neither a directory nor one it is in is excluded. */
  function entered(directory: string): boolean {
    let outcome = known.get(directory);
    if (outcome === undefined) {
      outcome = !excluded(directory) && entered(parentOf(directory));
      known.set(directory, outcome);
    }
    return outcome;
  }

  return {
    file: (path) => included(path) && !excluded(path) && entered(parentOf(path)),
    directory: (path) => entered(path) && (bases.length === 0 || bases.some((base) => leadsTo(path, base))),
  };
}

/** @throws LarderError `invalid-option` */
export function checkedGlobs(name: string, globs: unknown): readonly string[] {
  const allowed = "an array of globs relative to the root, without '!' or '/' at their beginning";
  if (globs === undefined) return [];
  if (!Array.isArray(globs)) throw invalidOption(name, allowed, globs);
  for (const [at, glob] of globs.entries()) {
    const usable = typeof glob === "string" && glob !== "" && !/^(!(?!\()|\/)/.test(glob);
    if (!usable) throw invalidOption(`${name}[${at}]`, allowed, glob);
  }
  return globs as readonly string[];
}

function baseOf(glob: string): string {
  const { base, glob: rest } = picomatch.scan(glob.replace(/^\.\//, ""));
  // Without a pattern the base is the file itself.
  return rest === "" ? parentOf(base) : base;
}

/** Whether a directory is within the base of a glob, or on the way to it. */
function leadsTo(directory: string, base: string): boolean {
  if (base === "" || base === "." || directory === "" || directory === base) return true;
  return directory.startsWith(`${base}/`) || base.startsWith(`${directory}/`);
}

function parentOf(path: string): string {
  const at = path.lastIndexOf("/");
  return at < 0 ? "" : path.slice(0, at);
}
