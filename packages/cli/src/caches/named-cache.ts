import { resolve } from "node:path";
import type { CommandContext } from "../commands/command-context.js";
import { UsageError } from "../failures/usage-error.js";
import { type CacheOnDisk, cachesIn } from "./cache-on-disk.js";
import { findCaches } from "./find-caches.js";

/**
 * The plain caches and kinds that a name stands for: a directory, or the name of a kind.
 *
 * @returns none when it is neither; then it may be a bundle
 */
export async function cachesNamed(name: string, context: CommandContext): Promise<readonly CacheOnDisk[]> {
  const caches = await findCaches(context);
  const ofKind = caches.filter(({ type, kind }) => type === "kind" && kind === name);
  if (ofKind.length > 0) return ofKind;
  const directory = resolve(context.surroundings.directory, name);
  const within = caches.filter((each) => each.directory === directory);
  if (within.length > 0) return within;
  return name.includes("://") ? [] : (await cachesIn(directory)).filter((each) => each.directory === directory);
}

/** Those of the caches that hold remote bundles. @throws UsageError `no-folio-cache` where there is none */
export async function folioCaches(context: CommandContext): Promise<readonly CacheOnDisk[]> {
  const caches = await findCaches(context);
  const folios = caches.filter(({ type }) => type === "folio");
  if (folios.length > 0) return folios;
  const where = caches.map(({ directory }) => directory);
  throw new UsageError(
    `There is no cache of bundles${where.length === 0 ? "" : ` in ${where.join(", ")}`}. It is made when a bundle is read first; --directory names another.`,
    { directories: where },
    "no-folio-cache",
  );
}
