import { readdir, readFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";

/** What a directory turned out to be. */
export interface CacheOnDisk {
  /**
   * `plain`: the directory of a `DiskCache`. `kind`: of one of the caches of `buildCache`. `folio`: the local half of remote
   * bundles.
   */
  readonly type: "plain" | "kind" | "folio";
  /** Absolute path. */
  readonly directory: string;
  /** Of a kind: its name. */
  readonly kind?: string | undefined;
}

/**
 * What is in a directory, judged by its files; nothing is opened or made.
 *
 * @returns the cache; each of those right within it, where it is a folder of caches; none where there is none
 */
export async function cachesIn(directory: string): Promise<readonly CacheOnDisk[]> {
  const own = await cacheAt(directory);
  if (own !== undefined) return [own];
  const names = await readdir(directory, { withFileTypes: true }).catch(() => []);
  const folders = names.filter((entry) => entry.isDirectory()).map(({ name }) => name);
  const within = await Promise.all(folders.sort().map((name) => cacheAt(join(directory, name))));
  return within.filter((found) => found !== undefined);
}

async function cacheAt(directory: string): Promise<CacheOnDisk | undefined> {
  const description = await descriptionIn(directory);
  if (description === undefined) {
    // A damaged or missing description: the index tells all the same.
    const isFolio = (await descriptionIn(join(directory, "store"))) !== undefined;
    if (isFolio) return { type: "folio", directory };
    return (await hasIndex(directory)) ? { type: "plain", directory } : undefined;
  }
  // Only a cache of a kind has its structure in its description.
  if (!("shards" in description)) return { type: "plain", directory };
  return { type: "kind", directory, kind: kindOfDirectory(basename(directory)) };
}

async function descriptionIn(directory: string): Promise<object | undefined> {
  const text = await readFile(join(directory, "larder.json"), "utf8").catch(() => undefined);
  if (text === undefined) return undefined;
  try {
    const description: unknown = JSON.parse(text);
    return typeof description === "object" && description !== null ? description : {};
  } catch {
    return {};
  }
}

async function hasIndex(directory: string): Promise<boolean> {
  const names: readonly string[] = await readdir(directory).catch(() => []);
  return names.includes("index.lmdb");
}

/** The kind that a directory's name stands for; of a name that was cut, `undefined`. See `kindDirectory`. */
function kindOfDirectory(name: string): string | undefined {
  if (name.includes("~")) return undefined;
  try {
    return decodeURIComponent(name);
  } catch {
    return undefined;
  }
}

/** The folder that has a cache of a kind, as `buildCache` wants it. */
export function folderOfKinds({ directory }: CacheOnDisk): string {
  return dirname(directory);
}
