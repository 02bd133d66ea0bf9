import { existsSync, lstatSync } from "node:fs";
import { join } from "node:path";
import { type GitFile, type GitState, gitFiles, gitState, isIgnored } from "./git-state.js";
import { type PathGlobs, pathGlobs } from "./path-globs.js";
import type { RepoScanOptions } from "./repo-scan-key.js";
import { leadsOutside, type Walk, walkFiles } from "./walk-files.js";

/** The paths of the files that are wanted; some may be gone when they are looked at. */
export interface Listing {
  /** Relative to the root, in no order, each once. */
  readonly paths: readonly string[];
  /** Absent outside of git. */
  readonly git: GitState | undefined;
  /** What to keep with the paths: while `gitState` has this digest, git would list the same. Absent: it may not. */
  readonly digest: string | undefined;
  /** How many of the first of `paths` git has listed: those that `digest` is for. */
  readonly ofGit: number;
}

/** What an earlier listing was. */
export interface KnownListing {
  readonly digest: string | undefined;
  readonly ofGit: readonly string[];
}

/** Lists a root, as git sees it where it does. */
export async function listPaths(walk: Walk, options: RepoScanOptions, known?: KnownListing): Promise<Listing> {
  const { include, exclude, includeIgnored } = options;
  const globs = pathGlobs(include, exclude);
  const state = options.git === false ? undefined : await stateOf(walk, "");
  if (state === undefined) {
    const all = include.length === 0 ? globs : pathGlobs([...include, ...includeIgnored], exclude);
    return { paths: await walkFiles(walk, all), git: undefined, digest: undefined, ofGit: 0 };
  }
  const unchanged = known?.digest !== undefined && known.digest === state.digest;
  const listed = unchanged ? { paths: known.ofGit, nested: false } : await listedByGit(walk, globs, "", state);
  const digest = listed.nested ? undefined : state.digest;
  const ofGit = listed.paths.length;
  if (includeIgnored.length === 0) return { paths: listed.paths, git: state, digest, ofGit };
  const paths = new Set(listed.paths);
  for (const path of await walkFiles(walk, pathGlobs(includeIgnored, exclude))) paths.add(path);
  return { paths: [...paths], git: state, digest, ofGit };
}

/**
 * What git says of a directory, or nothing where it is not for git to say.
 *
 * @param directory - relative to the root; `""` is the root itself
 */
async function stateOf(walk: Walk, directory: string): Promise<GitState | undefined> {
  const state = await gitState(join(walk.root, directory), walk.signal);
  if (!("failure" in state)) return state;
  if (!state.absent) {
    walk.problems.push({
      path: directory === "" ? "." : directory,
      code: "git-failed",
      message: `${state.failure} All files are listed, ignored ones too.`,
    });
  }
  return undefined;
}

interface ListedByGit {
  readonly paths: readonly string[];
  /** `true`: what lies in repositories within, or behind links, is among them, of which the state of this one says nothing. */
  readonly nested: boolean;
}

/** @param prefix - the directory relative to the root, with `/` at its end, or `""` */
async function listedByGit(walk: Walk, globs: PathGlobs, prefix: string, state: GitState): Promise<ListedByGit> {
  const directory = join(walk.root, prefix);
  const listed = await gitFiles(directory, walk.signal);
  if ("failure" in listed || (listed.length === 0 && (await isIgnored(directory, walk.signal)))) {
    return { paths: await walkFiles(walk, globs, prefix.replace(/\/$/, "")), nested: true };
  }
  const paths: string[] = [];
  let nested = false;
  for (const { path: name, kind } of listed) {
    const path = prefix + name;
    // Deleted in the work tree: what is found there now lies behind a link that took its directory's place.
    if (state.changed.get(name)?.[1] === "D") continue;
    if (kind === "directory") {
      nested = true;
      if (globs.directory(path)) paths.push(...(await listedWithin(walk, globs, path)));
    } else if (isLink(walk, kind, path)) {
      if (!walk.followSymlinks) continue;
      nested = true;
      if (leadsOutside(walk, path, paths, globs)) paths.push(...(await walkFiles(walk, globs, path)));
    } else if (globs.file(path)) paths.push(path);
  }
  return { paths, nested };
}

/** The files of a repository within another: a submodule, or one that the outer does not track. */
async function listedWithin(walk: Walk, globs: PathGlobs, directory: string): Promise<readonly string[]> {
  // A submodule that was not fetched is part of the outer repository to git.
  const state = existsSync(join(walk.root, directory, ".git")) ? await stateOf(walk, directory) : undefined;
  if (state === undefined) return walkFiles(walk, globs, directory);
  return (await listedByGit(walk, globs, `${directory}/`, state)).paths;
}

/** What is not in the index has to be looked at, when links are followed; else it is looked at with all other files. */
function isLink(walk: Walk, kind: GitFile["kind"], path: string): boolean {
  if (kind !== "untracked" || !walk.followSymlinks) return kind === "link";
  return lstatSync(join(walk.root, path), { throwIfNoEntry: false })?.isSymbolicLink() === true;
}
