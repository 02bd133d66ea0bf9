import { posix } from "node:path";
import { LarderError } from "@larder/core";
import type { RepoFile, RepoScanCache } from "@larder/typed-caches";
import { isSource } from "../extraction/index.js";
import { installedLinks } from "./installed-links.js";
import { isDependency } from "./is-dependency.js";
import { type Listing, listing, type SourceFile } from "./listing.js";

/** What is to be listed. */
export interface ScanRequest {
  /** The directory. */
  readonly root: string;
  /** Globs over paths relative to the root; sources of the repository itself must match one. Empty: all. */
  readonly include: readonly string[];
  /** Globs of what is left out, installed packages too. */
  readonly exclude: readonly string[];
  /** Whether the installed packages are listed. */
  readonly dependencies: boolean;
  readonly signal?: AbortSignal | undefined;
}

const sourceNames = "*.{ts,tsx,mts,cts,js,jsx,mjs,cjs}";
const sources = `**/${sourceNames}`;
const layout = ["**/package.json", "**/*tsconfig*.json"];
const installed = [`**/node_modules/**/{${sourceNames},package.json,*tsconfig*.json}`];

/** What tools keep among installed packages, and make anew as they like. */
const toolCaches = [".cache", ".vite", ".vite-temp", ".vitest"].map((name) => `**/node_modules/${name}/**`);

/**
 * Lists the sources of a repository, as git sees it, and those of its installed packages: each once, where it really lies.
 *
 * @throws LarderError `no-sources`, and those of `RepoScanCache.scan`
 */
export async function scanSources(scans: RepoScanCache, request: ScanRequest): Promise<Listing> {
  const { root, include, exclude, dependencies, signal } = request;
  const found = await scans.scan({
    root,
    include: [...(include.length === 0 ? [sources] : include), ...layout],
    exclude: [...exclude, ...(dependencies ? toolCaches : ["**/node_modules/**"])],
    ...(dependencies ? { includeIgnored: installed } : {}),
    hash: true,
    signal,
  });
  const readable = found.files.filter((file): file is RepoFile & SourceFile => file.sha256 !== undefined);
  const files = readable.filter(({ path }) => isSource(path)).map(sourceFile);
  const codes = new Map(found.problems.map(({ path, code }) => [path, code]));
  const unreadable = found.files
    .filter(({ path, sha256 }) => sha256 === undefined && isSource(path))
    .map(({ path }) => ({ path, code: codes.get(path) ?? "unreadable" }));
  if (![...files, ...unreadable].some(({ path }) => !isDependency(path))) {
    const narrowed = include.length + exclude.length > 0 ? " that --include and --exclude leave" : "";
    throw new LarderError(`There are no JavaScript or TypeScript files in ${root}${narrowed}.`, {
      code: "no-sources",
      facts: { root },
    });
  }
  const layoutFiles = readable.filter(({ path }) => isLayout(path)).map(sourceFile);
  const folders = layoutFiles.filter(({ path }) => isManifest(path) && !isDependency(path)).map(folderOf);
  return listing({
    root: found.root,
    repository: found.repository,
    files,
    unreadable,
    layout: layoutFiles,
    links: installedLinks(found.root, ["", ...folders]),
  });
}

function sourceFile({ path, sha256, size }: SourceFile): SourceFile {
  return { path, sha256, size };
}

/** Whether `layout` means a file: --include may have listed other JSON. */
function isLayout(path: string): boolean {
  return isManifest(path) || /tsconfig[^/]*\.json$/.test(path);
}

function isManifest(path: string): boolean {
  return posix.basename(path) === "package.json";
}

function folderOf({ path }: SourceFile): string {
  const folder = posix.dirname(path);
  return folder === "." ? "" : folder;
}
