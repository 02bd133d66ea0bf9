import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { LarderError } from "@larder/core";
import { claimOwnerFile, isAlive } from "./owner-file.js";

/** Where a run keeps its cache, and what was there before. */
export interface CacheDirectory {
  readonly directory: string;
  /** A cache was found there and left as it was. */
  readonly found: boolean;
  /** Gives the directory back to the next demo. */
  release(): void;
}

/**
 * The directory of the demo's own story: `.larder-demo/story`, emptied, so that act 1 is cold every time. While another
 * demo is using that one, `.larder-demo/story-<process id>`.
 */
export function openStoryDirectory(base: string): CacheDirectory {
  const home = join(base, ".larder-demo");
  makeHome(home);
  for (const name of readdirSync(home)) {
    const owner = /^story-(\d+)$/.exec(name)?.[1];
    if (owner !== undefined && !isAlive(Number(owner))) clearCache(join(home, name));
  }
  const mine = join(home, "story.owner");
  const shared = claimOwnerFile(mine);
  const directory = join(home, shared ? "story" : `story-${process.pid}`);
  clearCache(directory);
  return {
    directory,
    found: false,
    release() {
      if (shared) rmSync(mine, { force: true });
    },
  };
}

/** A directory that the user named, or that is kept from one run to the next. */
export function openKeptDirectory(directory: string, clear: boolean): CacheDirectory {
  if (existsSync(directory) && !statSync(directory).isDirectory()) {
    throw new LarderError(`The cache can't lie in ${directory}: that is a file. Name a directory.`, {
      code: "not-a-directory",
      facts: { directory },
    });
  }
  if (clear) clearCache(directory);
  else if (dirname(directory).endsWith(".larder-demo")) makeHome(dirname(directory));
  return { directory, found: isLarderCache(directory), release() {} };
}

/** Whether a directory bears the two marks of a Larder cache: `CACHEDIR.TAG` and `larder.json`. */
export function isLarderCache(directory: string): boolean {
  try {
    return (
      readFileSync(join(directory, "CACHEDIR.TAG"), "utf8").startsWith("Signature: 8a477f597d28d172789f06886806bc55") &&
      typeof JSON.parse(readFileSync(join(directory, "larder.json"), "utf8")).format === "number"
    );
  } catch {
    return false;
  }
}

/** The marks of a cache: deleted last, so that what a killed deletion leaves still bears them. */
const marks = ["larder.json", "CACHEDIR.TAG"];

/**
 * Deletes a cache. An absent or empty directory is left alone.
 *
 * @throws LarderError `not-a-cache` when the directory holds anything else than a Larder cache
 */
function clearCache(directory: string): void {
  const names = existsSync(directory) ? readdirSync(directory) : [];
  if (names.length === 0) return;
  if (!isLarderCache(directory)) {
    throw new LarderError(
      `${directory} is not a Larder cache (it lacks CACHEDIR.TAG or larder.json), so nothing in it was deleted. Name another directory, or empty this one yourself.`,
      { code: "not-a-cache", facts: { directory } },
    );
  }
  for (const name of [...names.filter((name) => !marks.includes(name)), ...marks]) {
    rmSync(join(directory, name), { recursive: true, force: true });
  }
  rmSync(directory, { recursive: true, force: true });
}

/** Makes the folder that the demo keeps its things in, out of the sight of git. */
export function makeHome(home: string): void {
  mkdirSync(home, { recursive: true });
  const ignore = join(home, ".gitignore");
  if (!existsSync(ignore)) writeFileSync(ignore, "*\n");
}
