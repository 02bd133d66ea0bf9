import { existsSync } from "node:fs";
import { dirname, join, relative, sep } from "node:path";
import { UnreadableCodeError } from "./fingerprint-outcome.js";
import type { SourceFiles } from "./source-files.js";

/** A package outside the project: what it is called and which one it is. */
export interface PackageIdentity {
  readonly name: string;
  readonly version: string;
  /** Path of its package.json. */
  readonly manifest: string;
}

/** Whether a real path lies in a package that was installed, rather than in the project or linked into it. */
export function isInstalled(realPath: string): boolean {
  return /[\\/]node_modules[\\/]/.test(realPath);
}

/**
 * The nearest package.json upwards that has a name: those without one only set options for a folder.
 *
 * @throws UnreadableCodeError `unresolved-import` when there is none, or it has no version
 */
export function packageOf(realPath: string, files: SourceFiles): PackageIdentity {
  for (let folder = dirname(realPath); ; folder = dirname(folder)) {
    const path = join(folder, "package.json");
    const manifest = readManifest(path, files);
    if (typeof manifest?.name === "string" && typeof manifest.version === "string") {
      return { name: manifest.name, version: manifest.version, manifest: path };
    }
    if (dirname(folder) === folder || /[\\/]node_modules$/.test(folder)) {
      throw new UnreadableCodeError(
        "unresolved-import",
        `${realPath} belongs to no package with a name and a version. Mend its package.json, or switch the node's cache off.`,
      );
    }
  }
}

function readManifest(path: string, files: SourceFiles): { name?: unknown; version?: unknown } | undefined {
  if (!existsSync(path)) return undefined;
  try {
    return JSON.parse(Buffer.from(files.read(path).bytes).toString("utf8")) as { name?: unknown; version?: unknown };
  } catch {
    return undefined;
  }
}

/** Names of files in fingerprints: the same wherever the project is checked out. */
export interface ProjectPaths {
  /** Relative to the project that `from` belongs to, "/"-separated. */
  name(path: string, from: string): string;
}

/** A file's project is the nearest folder upwards with a package.json, else the folder it is in. */
export function createProjectPaths(): ProjectPaths {
  const roots = new Map<string, string>();
  const names = new Map<string, string>();

  function rootOf(file: string): string {
    let root = roots.get(file);
    if (root === undefined) {
      root = dirname(file);
      for (let folder = root; ; folder = dirname(folder)) {
        if (existsSync(join(folder, "package.json"))) {
          root = folder;
          break;
        }
        if (dirname(folder) === folder) break;
      }
      roots.set(file, root);
    }
    return root;
  }

  return {
    name(path, from) {
      const root = rootOf(from);
      const key = `${root}\0${path}`;
      let name = names.get(key);
      if (name === undefined) {
        name = relative(root, path).split(sep).join("/");
        names.set(key, name);
      }
      return name;
    },
  };
}
