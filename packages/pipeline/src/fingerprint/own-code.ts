import { readFileSync, realpathSync } from "node:fs";
import { basename, dirname, join, sep } from "node:path";
import { fileURLToPath } from "node:url";

let folder: string | false | undefined;

/**
 * Whether a file is one of this package's own: of the runner, not of what it runs. What the runner loads for itself when it needs it,
 * such as a backend by its name, is no part of a node's code.
 */
export function isOwnCode(path: string): boolean {
  folder ??= ownFolder();
  return folder !== false && path.startsWith(folder);
}

/** `src` or `dist` of this package; `false` where it has been bundled into something else. */
function ownFolder(): string | false {
  try {
    const here = realpathSync(fileURLToPath(import.meta.url));
    const source = here.endsWith(join(sep, "src", "fingerprint", "own-code.ts"));
    const found = source ? dirname(dirname(here)) : dirname(here);
    if (!source && basename(found) !== "dist") return false;
    const { name } = JSON.parse(readFileSync(join(dirname(found), "package.json"), "utf8")) as { name?: unknown };
    return name === "@larder/pipeline" ? found + sep : false;
  } catch {
    return false;
  }
}
