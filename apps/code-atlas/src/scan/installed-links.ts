import { type Dirent, readdirSync, readlinkSync } from "node:fs";
import { join } from "node:path";

/**
 * The symbolic links among installed packages, which decide where an import of a package leads: in `node_modules` of the root and
 * of the folders named, and in pnpm's store.
 *
 * @param folders - relative to the root with `/`; `""` is the root
 * @returns each as `path\0target`, in order
 */
export function installedLinks(root: string, folders: Iterable<string>): string[] {
  const links: string[] = [];
  const look = (folder: string, depth: number) => {
    for (const entry of entriesOf(join(root, folder))) {
      const path = `${folder}/${entry.name}`;
      if (entry.isSymbolicLink()) links.push(`${path}\0${targetOf(join(root, path))}`);
      // Scopes.
      else if (depth === 0 && entry.name.startsWith("@") && entry.isDirectory()) look(path, 1);
    }
  };
  for (const folder of new Set(folders)) look(folder === "" ? "node_modules" : `${folder}/node_modules`, 0);
  const store = "node_modules/.pnpm";
  for (const entry of entriesOf(join(root, store))) {
    if (entry.isDirectory()) look(`${store}/${entry.name}/node_modules`, 0);
    else if (entry.isSymbolicLink()) links.push(`${store}/${entry.name}\0${targetOf(join(root, store, entry.name))}`);
  }
  return links.sort();
}

function entriesOf(folder: string): readonly Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch {
    return [];
  }
}

function targetOf(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return "";
  }
}
