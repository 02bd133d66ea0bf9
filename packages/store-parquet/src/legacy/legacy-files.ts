import { lstat, readdir, realpath, stat } from "node:fs/promises";
import { extname, isAbsolute, join, relative, resolve, sep } from "node:path";
import { unsupportedLegacy } from "./legacy-errors.js";

/** The file of one item of a directory, and those of the same name that it takes precedence over. */
export interface LegacyFile {
  readonly item: string;
  /** Name within the directory, as the file system gives it. */
  readonly name: string;
  /** Absolute; a symbolic link is not resolved. */
  readonly path: string;
  /** In lower case, without the dot. */
  readonly extension: string;
  /** Names of files of the same item that are not read. */
  readonly passedOver: readonly string[];
}

/**
 * The files of a directory by item: the name without its extension. Only names that the directory lists become paths, so no item
 * leads out of it, and no two items to one file. Of several files of an item the one whose extension stands first is taken.
 * Directories, other extensions (upper case too), and names that are not UTF-8 are passed over.
 *
 * @throws the error of the file system when the directory can't be listed
 */
export async function legacyFiles(directory: string, extensions: readonly string[]): Promise<Map<string, LegacyFile>> {
  const root = resolve(directory);
  const byItem = new Map<string, string[]>();
  for (const entry of await readdir(root, { withFileTypes: true })) {
    const { name } = entry;
    const item = name.slice(0, name.length - extname(name).length);
    // What is not UTF-8 was decoded with replacement characters, and is not to be had under that name.
    const isFile = (entry.isFile() || entry.isSymbolicLink()) && !name.includes("\ufffd");
    if (!isFile || item === "" || !extensions.includes(extname(name).slice(1))) continue;
    byItem.set(item, [...(byItem.get(item) ?? []), name]);
  }
  const rank = (name: string): number => extensions.indexOf(extname(name).slice(1));
  const items = [...byItem.keys()].sort();
  return new Map(
    items.map((item) => {
      const [name, ...passedOver] = byItem.get(item)!.sort((left, right) => rank(left) - rank(right)) as [string];
      return [item, { item, name, path: join(root, name), extension: extname(name).slice(1), passedOver }];
    }),
  );
}

/** What a person should know of a file of a directory. */
export function warningsOf({ name, passedOver }: LegacyFile): readonly string[] {
  return passedOver.map((other) => `${other} has the same name as ${name} and is not read.`);
}

/**
 * The path to read a listed file by, links resolved.
 *
 * @throws LarderError `unsupported-legacy` when a symbolic link leads out of the directory, or to something that is no file
 */
export async function readablePath(directory: string, { path }: LegacyFile): Promise<string> {
  if ((await lstat(path)).isFile()) return path;
  const [root, target] = await Promise.all([realpath(directory), realpath(path)]);
  const within = relative(root, target);
  if (within === ".." || within.startsWith(`..${sep}`) || isAbsolute(within)) {
    throw unsupportedLegacy(path, "it is a symbolic link out of its directory", "Put the file itself there.");
  }
  if (!(await stat(target)).isFile()) {
    throw unsupportedLegacy(path, "it is a symbolic link to something that is no file", "Put the file itself there.");
  }
  return target;
}
