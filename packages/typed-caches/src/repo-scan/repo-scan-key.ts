import { valueDigest } from "@larder/core";
import { joinedKey } from "../cache/key-part.js";
import { sha256OfBytes } from "../files/sha256.js";

/** What names a scan. */
export interface RepoScanId {
  /** Of the root; see {@link repositoryOfRoot}. */
  readonly repository: string;
  /** Of include, exclude and the other options. */
  readonly optionsFingerprint: string;
}

/** `repo_scan:{root}:{optionsFingerprint}`, the root by its digest. @throws LarderError `invalid-key-part` */
export function repoScanKey({ repository, optionsFingerprint }: RepoScanId): string {
  return joinedKey("repo_scan", { repository, optionsFingerprint });
}

/** Names a repository: SHA-256 of the absolute path of its root, symbolic links resolved. */
export function repositoryOfRoot(realRoot: string): string {
  return sha256OfBytes(Buffer.from(realRoot));
}

/** What a listing depends on beside the root. */
export interface RepoScanOptions {
  readonly include: readonly string[];
  readonly exclude: readonly string[];
  readonly includeIgnored: readonly string[];
  readonly git: "auto" | false;
  readonly followSymlinks: boolean;
  readonly hash: boolean;
}

/** The order of globs does not matter. */
export function scanFingerprint(options: RepoScanOptions): string {
  const sorted = (globs: readonly string[]) => [...new Set(globs)].sort();
  const { include, exclude, includeIgnored } = options;
  return valueDigest({
    ...options,
    include: sorted(include),
    exclude: sorted(exclude),
    includeIgnored: sorted(includeIgnored),
  });
}
