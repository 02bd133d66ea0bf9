import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** The folders that hold packages, as in pnpm-workspace.yaml. */
const packageFolders = ["packages", "apps", "tooling"];

/**
 * Every package of the repository, by folder name, in a stable order.
 *
 * @param {string} root - the repository
 * @returns {{ name: string, folder: string, path: string, manifest: Record<string, any> }[]}
 *   `folder` is relative to the root with "/", `path` is absolute
 */
export function workspacePackages(root) {
  const found = [];
  for (const parent of packageFolders) {
    if (!existsSync(join(root, parent))) continue;
    for (const entry of readdirSync(join(root, parent), { withFileTypes: true })) {
      const path = join(root, parent, entry.name);
      if (!entry.isDirectory() || !existsSync(join(path, "package.json"))) continue;
      const manifest = JSON.parse(readFileSync(join(path, "package.json"), "utf8"));
      found.push({ name: manifest.name, folder: `${parent}/${entry.name}`, path, manifest });
    }
  }
  return found.sort((a, b) => (a.folder < b.folder ? -1 : 1));
}

/** The packages that are built: those with a `build` script. */
export function builtPackages(root) {
  return workspacePackages(root).filter((one) => one.manifest.scripts?.build);
}
