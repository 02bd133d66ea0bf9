import { closeSync, openSync } from "node:fs";

/** LMDB opens three files, and ends the process when it gets the first but not all of them. */
const neededDescriptors = 4;

/**
 * Makes sure that this process may open a few more files, before LMDB does.
 *
 * @param path - a file that can be read; never LMDB's lock file, for closing it drops LMDB's locks
 * @throws what `fs` throws when it may not (`EMFILE`, `ENFILE`)
 */
export function requireSpareDescriptors(path: string): void {
  const opened: number[] = [];
  try {
    while (opened.length < neededDescriptors) opened.push(openSync(path, "r"));
  } finally {
    for (const file of opened) closeSync(file);
  }
}
