import { type Dirent, readdirSync, realpathSync, statSync } from "node:fs";
import { join, sep } from "node:path";
import { setImmediate } from "node:timers/promises";
import { compareKeys } from "@larder/core";
import type { PathGlobs } from "./path-globs.js";
import type { RepoScanProblem } from "./repo-scan-types.js";

/** Where and how it is looked. */
export interface Walk {
  /** Absolute, symbolic links resolved. */
  readonly root: string;
  readonly followSymlinks: boolean;
  readonly signal: AbortSignal | undefined;
  readonly problems: RepoScanProblem[];
  /** Real paths of the directories outside the root that were entered, so that each is once. */
  readonly entered: Set<string>;
}

/** Directories read before other work of the process gets its turn. */
const readsAtOnce = 64;

/**
 * The paths of wanted files below a directory, relative to the root. With `followSymlinks`, those that links lead to as well;
 * a link to a directory within the root is not followed, for that is listed where it is.
 *
 * @param start - relative to the root; `""` is the root itself
 */
export async function walkFiles(walk: Walk, globs: PathGlobs, start = ""): Promise<string[]> {
  const files: string[] = [];
  const waiting = [start];
  let links: string[] = [];
  for (let read = 0; ; ) {
    const directory = waiting.pop();
    if (directory === undefined) {
      if (links.length === 0) return files;
      const sorted = links.sort(compareKeys);
      links = [];
      for (const link of sorted) if (leadsOutside(walk, link, files, globs)) waiting.push(link);
      continue;
    }
    if (!globs.directory(directory)) continue;
    if (++read % readsAtOnce === 0) {
      await setImmediate();
      walk.signal?.throwIfAborted();
    }
    for (const entry of entriesOf(walk, directory)) {
      if (entry.name === ".git") continue;
      const path = directory === "" ? entry.name : `${directory}/${entry.name}`;
      if (entry.isDirectory()) waiting.push(path);
      else if (entry.isSymbolicLink()) {
        if (walk.followSymlinks) links.push(path);
      } else if (entry.isFile() && globs.file(path)) files.push(path);
    }
  }
}

/** Whether a link leads to a directory that is to be entered; one to a wanted file is listed. */
export function leadsOutside(walk: Walk, link: string, files: string[], globs: PathGlobs): boolean {
  try {
    const absolute = join(walk.root, link);
    const target = statSync(absolute);
    if (target.isFile() && globs.file(link)) files.push(link);
    if (!target.isDirectory()) return false;
    const real = realpathSync(absolute);
    if (isWithin(real, walk.root) || walk.entered.has(real) || isWithin(walk.root, real)) return false;
    walk.entered.add(real);
    return true;
  } catch (error) {
    walk.problems.push(problemOf(link, error));
    return false;
  }
}

/** A link within the root leads to what is listed anyway; one to a directory above the root would lead back to it. */
function isWithin(path: string, directory: string): boolean {
  return path === directory || path.startsWith(directory.endsWith(sep) ? directory : directory + sep);
}

function entriesOf(walk: Walk, directory: string): Dirent[] {
  try {
    return readdirSync(join(walk.root, directory), { withFileTypes: true });
  } catch (error) {
    walk.problems.push(problemOf(directory === "" ? "." : directory, error));
    return [];
  }
}

export function problemOf(path: string, error: unknown): RepoScanProblem {
  const { code, message } = error as NodeJS.ErrnoException;
  return { path, code: code ?? "unknown", message };
}
