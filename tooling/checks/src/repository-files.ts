import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";

/** Folders that hold nothing written by hand. */
const generated = new Set(["node_modules", "dist", "coverage"]);

/**
 * Every file under a folder, relative to `root` with "/", sorted; without what is generated and without folders whose
 * name begins with a dot (except the repository's own `.changeset` and `.ci`). No such folder: no file.
 */
export function repositoryFiles(root: string, folder = ""): string[] {
  const stats = statSync(join(root, folder), { throwIfNoEntry: false });
  if (!stats?.isDirectory()) return [];
  const files: string[] = [];
  for (const entry of readdirSync(join(root, folder), { withFileTypes: true })) {
    const path = folder === "" ? entry.name : `${folder}/${entry.name}`;
    if (entry.isFile()) files.push(path);
    else if (entry.isDirectory() && isWritten(entry.name)) files.push(...repositoryFiles(root, path));
  }
  return files.sort();
}

function isWritten(name: string): boolean {
  return !generated.has(name) && (!name.startsWith(".") || name === ".changeset" || name === ".ci");
}

/** Is it TypeScript or JavaScript? */
export function isCode(file: string): boolean {
  return /\.([cm]?[jt]s|tsx)$/.test(file);
}
