import type { Table } from "apache-arrow";
import type { TypedCache, TypedCacheOptions } from "../cache/typed-cache-options.js";

/** What to list. Globs are those of picomatch, over paths relative to the root with `/`; names that begin with `.` match too. */
export interface RepoScanRequest {
  /** The directory. */
  readonly root: string;
  /** Files must match one of these; default: all. */
  readonly include?: readonly string[] | undefined;
  /** Files that match one of these are left out, and directories too. `.git` always is. */
  readonly exclude?: readonly string[] | undefined;
  /** Files listed although git ignores them, such as `node_modules/**\/*.d.ts`, on top of `include`; `exclude` holds for them too. */
  readonly includeIgnored?: readonly string[] | undefined;
  /** `auto`, the default: in a work tree, what git tracks or would; else, and with `false`, every file. */
  readonly git?: "auto" | false | undefined;
  /** Default `false`: symbolic links are left out. */
  readonly followSymlinks?: boolean | undefined;
  /** Give each row the SHA-256 of its content. Default `true`. */
  readonly hash?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** One file. */
export interface RepoFile {
  /** Relative to the root, with `/`. */
  readonly path: string;
  /** Bytes. */
  readonly size: number;
  /** Milliseconds since 1970. */
  readonly mtimeMs: number;
  /** 64 lower-case hexadecimal digits; absent with `hash: false`, and where the file can't be read. */
  readonly sha256?: string;
  /** How git sees a file that is not as in `HEAD`: the two letters of `git status`, such as `.M` or `??`; absent for all others. */
  readonly gitStatus?: string;
}

/** What could not be listed or read. */
export interface RepoScanProblem {
  readonly path: string;
  /** As of `fs`, such as `EACCES`. */
  readonly code: string;
  readonly message: string;
}

/** A listing. */
export interface RepoScan {
  /** Absolute path, symbolic links resolved. */
  readonly root: string;
  /** Names the repository in tags: digest of the root's path. */
  readonly repository: string;
  /** Commit of `HEAD`; absent outside of git and before the first commit. */
  readonly head: string | undefined;
  /** In the order of the bytes of their paths. */
  readonly files: readonly RepoFile[];
  readonly problems: readonly RepoScanProblem[];
  /** Digests that were made now, and those known from an earlier scan. */
  readonly hashed: number;
  readonly reused: number;
  /** Columns `path`, `size`, `mtimeMs`, `sha256`, `gitStatus`. @throws LarderError `package-needed` without apache-arrow */
  toTable(): Promise<Table>;
}

export type RepoScanCacheOptions = TypedCacheOptions;

/** Listings of directories, with digests that are made anew only for what changed. */
export interface RepoScanCache extends TypedCache {
  /** @throws LarderError `invalid-option`, `not-a-directory`; the reason of `signal` */
  scan(request: RepoScanRequest): Promise<RepoScan>;
  /** Forgets the listings of a root. @returns how many */
  repositoryChanged(root: string): Promise<number>;
}
