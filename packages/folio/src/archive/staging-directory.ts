import { lstat, mkdir, mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { LarderError, ownerState, uniqueNameOfProcess } from "@larder/core";

/** A directory that exists while an import is read. */
export interface StagingDirectory {
  readonly path: string;
  remove(): Promise<void>;
}

/** Within a cache directory: one directory for each import under way. */
const folderName = "imports";

/** What nobody can tell the owner of is left for so long: it may be in use on another machine. */
const strangersAgeMs = 86_400_000;

/**
 * Makes a fresh directory that only its owner can enter, on the file system of the cache.
 *
 * @param cacheDirectory - `undefined`: the cache is in memory, and the directory for temporary files is used
 * @throws LarderError `unsafe-directory`; the error of the file system
 */
export async function stagingDirectory(cacheDirectory: string | undefined): Promise<StagingDirectory> {
  if (cacheDirectory === undefined) return removable(await mkdtemp(join(tmpdir(), "larder-import-")));
  const folder = join(cacheDirectory, folderName);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  if (!(await lstat(folder)).isDirectory()) throw notADirectory(folder);
  await sweepStaging(cacheDirectory);
  const path = join(folder, uniqueNameOfProcess());
  await mkdir(path, { mode: 0o700 });
  return removable(path);
}

/**
 * Removes what imports of processes that were killed left in a cache directory. Every import does so first.
 *
 * @param now - absolute milliseconds
 * @returns how many such directories there were
 */
export async function sweepStaging(cacheDirectory: string, now: number = Date.now()): Promise<number> {
  const folder = join(cacheDirectory, folderName);
  const names = await readdir(folder).catch(() => []);
  let swept = 0;
  for (const name of names) {
    const path = join(folder, name);
    const state = ownerState(name.slice(0, Math.max(0, name.lastIndexOf("-"))));
    const isOld = async (): Promise<boolean> => {
      const found = await lstat(path).catch(() => undefined);
      return found !== undefined && now - found.mtimeMs > strangersAgeMs;
    };
    if (state === "alive" || (state !== "dead" && !(await isOld()))) continue;
    await rm(path, { recursive: true, force: true });
    swept++;
  }
  return swept;
}

function removable(path: string): StagingDirectory {
  return { path, remove: () => rm(path, { recursive: true, force: true }) };
}

function notADirectory(folder: string): LarderError {
  return new LarderError(`${folder} is no directory, and imports can't be prepared there. Remove it.`, {
    code: "unsafe-directory",
    facts: { path: folder },
  });
}
