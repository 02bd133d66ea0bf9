import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** Folder of public data files beside the repository, which a checkout need not have. */
const shared =
  process.env.LARDER_SHARED_DATA ?? fileURLToPath(new URL("../../../../../../shared/data", import.meta.url));

/** The files of a folder of shared data, or undefined when it is not here. */
export function corpus(folder: string): { readonly directory: string; readonly names: readonly string[] } | undefined {
  const directory = join(shared, folder);
  if (!existsSync(directory)) return undefined;
  const names = readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.name.endsWith(".csv"))
    .map((entry) => join(entry.parentPath, entry.name).slice(directory.length + 1))
    .sort();
  return { directory, names };
}

/** What a test says that needs them. */
export const needsShared = "needs the folder shared/data (or LARDER_SHARED_DATA)";
