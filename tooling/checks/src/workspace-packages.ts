import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** What the checks read of a package.json. */
export interface Manifest {
  readonly name: string;
  readonly version?: string;
  readonly private?: boolean;
  readonly description?: string;
  readonly license?: string;
  readonly type?: string;
  readonly sideEffects?: unknown;
  readonly files?: readonly string[];
  readonly engines?: Readonly<Record<string, string>>;
  readonly repository?: { readonly directory?: string };
  readonly exports?: Readonly<Record<string, ExportTarget>>;
  readonly publishConfig?: { readonly access?: string; readonly exports?: Readonly<Record<string, ExportTarget>> };
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
  readonly peerDependenciesMeta?: Readonly<Record<string, { readonly optional?: boolean }>>;
}

export type ExportTarget = string | Readonly<Record<string, string>>;

/** One package of the workspace. */
export interface WorkspacePackage {
  /** As in "packages/core". */
  readonly folder: string;
  /** The last part of the folder, as in "core": what the table of arrows calls it. */
  readonly shortName: string;
  readonly manifest: Manifest;
}

/** The folders that hold packages. */
const parents = ["packages", "apps", "tooling"] as const;

/** Every package under `root`, sorted by folder. */
export function workspacePackages(root: string): WorkspacePackage[] {
  const found: WorkspacePackage[] = [];
  for (const parent of parents) {
    if (!existsSync(join(root, parent))) continue;
    for (const shortName of readdirSync(join(root, parent)).sort()) {
      const folder = `${parent}/${shortName}`;
      const path = join(root, folder, "package.json");
      if (existsSync(path))
        found.push({ folder, shortName, manifest: JSON.parse(readFileSync(path, "utf8")) as Manifest });
    }
  }
  return found;
}

/** The packages that are published: those under packages/ that are not private. */
export function publicPackages(root: string): WorkspacePackage[] {
  return workspacePackages(root).filter(({ folder, manifest }) => folder.startsWith("packages/") && !manifest.private);
}
