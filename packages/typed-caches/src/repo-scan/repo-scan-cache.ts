import { realpath, stat } from "node:fs/promises";
import { LarderError } from "@larder/core";
import { invalidOption } from "../cache/invalid-option.js";
import { tagOf } from "../cache/key-part.js";
import { usedCache } from "../cache/used-cache.js";
import { listPaths } from "./list-paths.js";
import { checkedGlobs } from "./path-globs.js";
import { type RepoScanOptions, repoScanKey, repositoryOfRoot, scanFingerprint } from "./repo-scan-key.js";
import type {
  RepoScan,
  RepoScanCache,
  RepoScanCacheOptions,
  RepoScanProblem,
  RepoScanRequest,
} from "./repo-scan-types.js";
import { scanFiles } from "./scan-files.js";
import { scanTable } from "./scan-table.js";
import { earlierScan, storedScan } from "./stored-scan.js";
import type { Walk } from "./walk-files.js";

/** However sure times and inodes are, now and then everything is read. */
const defaultTtlSeconds = 7 * 24 * 3600;

/**
 * A cache of listings of directories. What git lists is taken from it while `HEAD` and the set of changed files are the same; each file
 * is looked at in any case, and read where size, times or inode are not as they were. Tag: `repository:<repository>`. Without
 * `ttlSeconds` a listing is kept for 7 days after the last change.
 *
 * @throws LarderError `invalid-option`
 */
export function repoScanCache(options: RepoScanCacheOptions = {}): RepoScanCache {
  const { cache, close, ttlSeconds } = usedCache("repo_scan", options, defaultTtlSeconds);

  async function scan(request: RepoScanRequest): Promise<RepoScan> {
    const scanOptions = checkedOptions(request);
    const { signal } = request;
    signal?.throwIfAborted();
    const root = await realRoot(request.root);
    const repository = repositoryOfRoot(root);
    const key = repoScanKey({ repository, optionsFingerprint: scanFingerprint(scanOptions) });
    const used = await cache();
    const earlier = earlierScan(await used.get(key));
    const problems: RepoScanProblem[] = [];
    const walk: Walk = { root, followSymlinks: scanOptions.followSymlinks, signal, problems, entered: new Set() };
    const known = earlier && { digest: earlier.listing, ofGit: earlier.ofGit };
    const listing = await listPaths(walk, scanOptions, known);
    const { git, paths, digest, ofGit } = listing;
    const { files, known: toKeep, hashed, reused } = await scanFiles(walk, paths, { ...scanOptions, git, earlier });
    if (earlier === undefined || hashed > 0 || earlier.count !== paths.length || earlier.listing !== digest) {
      const tags = [repositoryTag(repository)];
      // What could not be stored is read again: it costs time, and no answer.
      await used.set(key, storedScan(digest, ofGit, toKeep), { tags, ttlSeconds }).catch(() => undefined);
    }
    return Object.freeze({
      root,
      repository,
      head: git?.head,
      files,
      problems,
      hashed,
      reused,
      toTable: () => scanTable(files),
    });
  }

  return Object.freeze({
    cache,
    close,
    scan,
    async repositoryChanged(root: string) {
      return (await cache()).evictTag(repositoryTag(repositoryOfRoot(await realRoot(root))));
    },
  });
}

const repositoryTag = (repository: string) => tagOf("repository", "repository", repository);

function checkedOptions(request: RepoScanRequest): RepoScanOptions {
  const { git = "auto", followSymlinks = false, hash = true } = request;
  if (git !== "auto" && git !== false) throw invalidOption("git", '"auto" or false', git);
  if (typeof followSymlinks !== "boolean") throw invalidOption("followSymlinks", "true or false", followSymlinks);
  if (typeof hash !== "boolean") throw invalidOption("hash", "true or false", hash);
  return {
    include: checkedGlobs("include", request.include),
    exclude: checkedGlobs("exclude", request.exclude),
    includeIgnored: checkedGlobs("includeIgnored", request.includeIgnored),
    git,
    followSymlinks,
    hash,
  };
}

async function realRoot(root: unknown): Promise<string> {
  if (typeof root !== "string" || root === "") throw invalidOption("root", "the path of a directory", root);
  const real = await realpath(root).catch((cause: unknown) => {
    throw notADirectory(root, cause);
  });
  if (!(await stat(real)).isDirectory()) throw notADirectory(root);
  return real;
}

function notADirectory(root: string, cause?: unknown): LarderError {
  return new LarderError(`The root ${root} is not a directory that can be read. Give the path of one.`, {
    code: "not-a-directory",
    facts: { root },
    cause,
  });
}
