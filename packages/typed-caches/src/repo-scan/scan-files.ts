import { type BigIntStats, lstatSync, statSync } from "node:fs";
import { join, sep } from "node:path";
import { setImmediate } from "node:timers/promises";
import { compareKeys } from "@larder/core";
import pLimit from "p-limit";
import { fileIdentity, isSettled } from "../files/file-identity.js";
import { readSha256, readsAtOnce } from "../files/sha256.js";
import type { GitState } from "./git-state.js";
import type { RepoFile } from "./repo-scan-types.js";
import type { EarlierScan, KnownFile } from "./stored-scan.js";
import { problemOf, type Walk } from "./walk-files.js";

/** Files looked at before other work of the process gets its turn: a few milliseconds. */
const looksAtOnce = 512;

/** Files as they are now. */
export interface ScannedFiles {
  /** In the order of the bytes of their paths. */
  readonly files: readonly RepoFile[];
  /** What to keep: one for each of `paths`, in their order. */
  readonly known: readonly KnownFile[];
  readonly hashed: number;
  readonly reused: number;
}

export interface ScanFilesOptions {
  readonly hash: boolean;
  readonly git: GitState | undefined;
  readonly earlier: EarlierScan | undefined;
}

/**
 * Looks at each file, and reads those whose digest is not known. What is not there any more, or no file, is left out; what can't
 * be read has no digest, and is told among the problems.
 *
 * @throws the reason of the signal
 */
export async function scanFiles(
  walk: Walk,
  paths: readonly string[],
  options: ScanFilesOptions,
): Promise<ScannedFiles> {
  const { hash, git, earlier } = options;
  const files: RepoFile[] = [];
  const known: KnownFile[] = new Array(paths.length);
  const limit = pLimit(readsAtOnce);
  const reading: Promise<void>[] = [];
  let hashed = 0;
  let reused = 0;

  const add = (path: string, size: bigint, mtimeNs: bigint, sha256?: string) => {
    const letters = git?.changed.get(path);
    files.push({
      path,
      size: Number(size),
      mtimeMs: Number(mtimeNs) / 1e6,
      ...(sha256 !== undefined && { sha256 }),
      ...(letters !== undefined && { gitStatus: letters }),
    });
  };

  async function read(path: string, at: number): Promise<void> {
    if (walk.signal?.aborted) return;
    try {
      const { sha256, identity, readAtMs } = await readSha256(join(walk.root, path), walk.signal);
      hashed++;
      add(path, identity.size, identity.mtimeNs, sha256);
      known[at] = { path, identity, sha256: isSettled(identity, readAtMs) ? sha256 : undefined };
    } catch (error) {
      // Told at the end: nobody may be waiting for this one yet.
      if (walk.signal?.aborted) return;
      // Deleted since it was listed: it is not there.
      if ((error as NodeJS.ErrnoException).code === "ENOENT") return;
      walk.problems.push(problemOf(path, error));
      const stats = lookAt(walk, path);
      if (stats !== undefined) add(path, stats.size, stats.mtimeNs);
    }
  }

  for (const [at, path] of paths.entries()) {
    if (at % looksAtOnce === looksAtOnce - 1) {
      await setImmediate();
      walk.signal?.throwIfAborted();
    }
    known[at] = { path, identity: undefined, sha256: undefined };
    const stats = lookAt(walk, path);
    if (stats === undefined) continue;
    const identity = fileIdentity(stats);
    if (!hash) {
      add(path, identity.size, identity.mtimeNs);
      continue;
    }
    const sha256 = earlier?.sha256(path, identity);
    if (sha256 === undefined) {
      reading.push(limit(read, path, at));
      continue;
    }
    reused++;
    known[at] = { path, identity, sha256 };
    add(path, identity.size, identity.mtimeNs, sha256);
  }
  await Promise.all(reading);
  walk.signal?.throwIfAborted();
  files.sort((a, b) => compareKeys(a.path, b.path));
  return { files, known, hashed, reused };
}

/** A file; nothing where there is none. A name that is not UTF-8 can't be asked for, and is told. */
function lookAt(walk: Walk, path: string): BigIntStats | undefined {
  // Cheaper than `join`, for thousands of them.
  const absolute = walk.root + sep + path;
  try {
    let stats = lstatSync(absolute, { bigint: true, throwIfNoEntry: false });
    if (stats?.isSymbolicLink() && walk.followSymlinks) stats = statSync(absolute, { bigint: true });
    if (stats?.isFile()) return stats;
    if (stats === undefined && path.includes("\ufffd")) {
      walk.problems.push({
        path,
        code: "invalid-name",
        message: "The name is not UTF-8, so the file can't be opened.",
      });
    }
  } catch (error) {
    walk.problems.push(problemOf(path, error));
  }
  return undefined;
}
