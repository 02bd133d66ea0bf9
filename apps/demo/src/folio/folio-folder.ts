import { mkdirSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { isAlive } from "../owner-file.js";

/** Where the act on a folio publishes, and caches; both are there for one run only. */
export interface FolioFolder {
  /** What is served. */
  readonly folder: string;
  /** Of the cache of folios. */
  readonly directory: string;
  remove(): void;
}

/** A new one, `folio-<process id>`; those of demos that were killed are deleted. */
export function openFolioFolder(home: string): FolioFolder {
  for (const name of readdirSync(home)) {
    const owner = /^folio-(\d+)$/.exec(name)?.[1];
    if (owner !== undefined && !isAlive(Number(owner))) rmSync(join(home, name), { recursive: true, force: true });
  }
  const own = join(home, `folio-${process.pid}`);
  rmSync(own, { recursive: true, force: true });
  mkdirSync(join(own, "published"), { recursive: true });
  return {
    folder: join(own, "published"),
    directory: join(own, "cache"),
    remove: () => rmSync(own, { recursive: true, force: true }),
  };
}
