import { sha256OfBytes } from "../files/sha256.js";
import { type GitFailure, runGit } from "./run-git.js";

/** A work tree as git sees it from one of its directories. */
export interface GitState {
  /** Commit of `HEAD`; absent before the first. */
  readonly head: string | undefined;
  /** The two letters of what is not as in `HEAD`, by path relative to the directory. */
  readonly changed: ReadonlyMap<string, string>;
  /** Digest of all this: while it is the same, the same files are tracked and untracked. */
  readonly digest: string;
}

const statusArguments = [
  "status",
  "--porcelain=v2",
  "--branch",
  "-z",
  "--untracked-files=all",
  "--no-renames",
  "--ignore-submodules=none",
  "--",
  ".",
];

/** What git says of a directory; a failure with `absent` when it is in no work tree, or there is no git. */
export async function gitState(directory: string, signal?: AbortSignal): Promise<GitState | GitFailure> {
  const [status, prefix] = await Promise.all([
    runGit(directory, statusArguments, signal),
    runGit(directory, ["rev-parse", "--show-prefix"], signal),
  ]);
  if ("failure" in status) return status;
  if ("failure" in prefix) return prefix;
  const before = prefix.output.toString("utf8").replace(/\n$/, "");
  const changed = new Map<string, string>();
  let head: string | undefined;
  const kept: string[] = [before];
  for (const record of status.output.toString("utf8").split("\0")) {
    if (record === "") continue;
    if (record.startsWith("# ")) {
      const oid = /^# branch\.oid ([0-9a-f]+)$/.exec(record);
      if (oid) head = oid[1];
      // The name of the branch, and how far it is from another, say nothing of files.
      continue;
    }
    kept.push(record);
    const [path, letters] = changeOf(record);
    if (path.startsWith(before)) changed.set(path.slice(before.length), letters);
  }
  return { head, changed, digest: sha256OfBytes(Buffer.from([head ?? "", ...kept].join("\0"))) };
}

/** Format of porcelain v2: https://git-scm.com/docs/git-status#_porcelain_format_version_2 */
function changeOf(record: string): [path: string, letters: string] {
  if (record.startsWith("? ")) return [record.slice(2), "??"];
  const fieldsBefore = record.startsWith("u ") ? 10 : 8;
  let at = 0;
  for (let field = 0; field < fieldsBefore; field++) at = record.indexOf(" ", at) + 1;
  return [record.slice(at), record.slice(2, 4)];
}

/** A file that git knows of, or does not ignore. */
export interface GitFile {
  /** Relative to the directory that was asked for. */
  readonly path: string;
  /** As the index says, and for what is not in it as far as the name shows: `directory` is a repository of its own. */
  readonly kind: "file" | "link" | "directory" | "untracked";
}

/** Tracked files and untracked ones that are not ignored, each once. */
export async function gitFiles(directory: string, signal?: AbortSignal): Promise<readonly GitFile[] | GitFailure> {
  const [tracked, untracked] = await Promise.all([
    runGit(directory, ["ls-files", "-z", "--stage"], signal),
    runGit(directory, ["ls-files", "-z", "--others", "--exclude-standard"], signal),
  ]);
  if ("failure" in tracked) return tracked;
  if ("failure" in untracked) return untracked;
  const files = new Map<string, GitFile>();
  for (const record of tracked.output.toString("utf8").split("\0")) {
    if (record === "") continue;
    const path = record.slice(record.indexOf("\t") + 1);
    files.set(path, { path, kind: kindOfMode(record.slice(0, 6)) });
  }
  for (const name of untracked.output.toString("utf8").split("\0")) {
    if (name === "") continue;
    const path = name.replace(/\/$/, "");
    files.set(path, { path, kind: path === name ? "untracked" : "directory" });
  }
  return [...files.values()];
}

function kindOfMode(mode: string): GitFile["kind"] {
  return mode === "160000" ? "directory" : mode === "120000" ? "link" : "file";
}

/** Whether the directory itself is ignored, so that git has nothing to say of what is in it. */
export async function isIgnored(directory: string, signal?: AbortSignal): Promise<boolean> {
  return "output" in (await runGit(directory, ["check-ignore", "-q", "."], signal));
}
