import { execFile } from "node:child_process";

/** Why git printed nothing. */
export interface GitFailure {
  readonly failure: string;
  /** There is no git, or it has nothing to say of the directory. */
  readonly absent: boolean;
}

/** What git printed, or why it did not. */
export type GitOutcome = { readonly output: Buffer } | GitFailure;

/** Variables that point git at another repository than that of the directory. */
const misleading = ["GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX", "GIT_COMMON_DIR", "GIT_NAMESPACE"];

/** Runs git in a directory; it changes nothing, and runs no program that the repository's configuration names. */
export function runGit(directory: string, args: readonly string[], signal?: AbortSignal): Promise<GitOutcome> {
  const env: NodeJS.ProcessEnv = { ...process.env, GIT_OPTIONAL_LOCKS: "0", LC_ALL: "C" };
  for (const name of misleading) delete env[name];
  const all = ["-c", "core.fsmonitor=false", "-c", "core.quotePath=false", ...args];
  return new Promise((resolve, reject) => {
    const settings = { cwd: directory, env, encoding: "buffer", maxBuffer: Number.POSITIVE_INFINITY, signal } as const;
    execFile("git", all, settings, (error, output, errors) => {
      if (error === null) return resolve({ output });
      if (signal?.aborted === true) return reject(signal.reason);
      // ENOENT: no git on this machine.
      const absent = error.code === "ENOENT" || /not a git repository|must be run in a work tree/.test(String(errors));
      resolve({ failure: String(errors).trim() || error.message, absent });
    });
  });
}
