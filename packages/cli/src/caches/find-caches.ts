import { stat } from "node:fs/promises";
import { homedir } from "node:os";
import { join, resolve } from "node:path";
import { LarderError } from "@larder/core";
import type { CommandContext, Surroundings } from "../commands/command-context.js";
import { type CacheOnDisk, cachesIn } from "./cache-on-disk.js";

/**
 * The caches a command is about: those in `--directory`, else all that are found where Larder keeps them: `.cache/larder` and
 * `.cache/larder-kinds` here, `LARDER_DIRECTORY`, and the user's own.
 *
 * @throws LarderError `no-cache` when `--directory` has none
 */
export async function findCaches({ given, surroundings }: CommandContext): Promise<readonly CacheOnDisk[]> {
  const named = given.text("directory");
  if (named !== undefined) {
    const directory = resolve(surroundings.directory, named);
    const found = await cachesIn(directory);
    if (found.length > 0) return found;
    throw await noCacheIn(directory);
  }
  const found = await Promise.all((await usualPlaces(surroundings)).map(cachesIn));
  const seen = new Set<string>();
  return found.flat().filter(({ directory }) => {
    if (seen.has(directory)) return false;
    seen.add(directory);
    return true;
  });
}

/** Where a new cache of `larder run` is made: `--directory`, else `LARDER_DIRECTORY`, else `.cache/larder`. */
export function directoryForRuns({ given, surroundings }: CommandContext): string {
  const { directory, environment } = surroundings;
  return resolve(directory, given.text("directory") ?? (environment.LARDER_DIRECTORY || join(".cache", "larder")));
}

/** Directories in which caches are looked for, when none is named. */
export async function usualPlaces(surroundings: Surroundings): Promise<readonly string[]> {
  const { directory, environment } = surroundings;
  const user = environment.XDG_CACHE_HOME || join(environment.HOME || homedir(), ".cache");
  const { folioDirectory } = await import("../folios/folio-directory.js");
  return [
    ...(environment.LARDER_DIRECTORY ? [resolve(directory, environment.LARDER_DIRECTORY)] : []),
    join(directory, ".cache", "larder"),
    join(directory, ".cache", "larder-kinds"),
    join(user, "larder"),
    await folioDirectory(surroundings),
  ];
}

async function noCacheIn(directory: string): Promise<LarderError> {
  const isThere = await stat(directory).then(
    (found) => found.isDirectory(),
    () => false,
  );
  const why = isThere ? "There is no cache in" : "There is no directory";
  return new LarderError(`${why} ${directory}. Name the directory that a program keeps its cache in.`, {
    code: "no-cache",
    facts: { directory },
  });
}
