import { stat } from "node:fs/promises";
import { join } from "node:path";
import type { Clock } from "@larder/core";
import { ifThere } from "../system-code.js";
import { entrySuffix, type LogFiles, stateSuffix } from "./log-files.js";
import { numberedName, removeFile } from "./numbered-files.js";

/**
 * A file is kept for so long after the one that followed it: who was about to make that one under the same number, and was slow,
 * finds it still taken.
 */
export const graceMs = 60_000;

/** States of those listed that are kept, so that a damaged one does no harm. */
const keptStates = 2;

/**
 * Removes entries and states that newer states make needless, oldest first. The highest number always stays, so that numbers
 * only grow.
 */
export async function pruneLog(directory: string, files: LogFiles, clock: Clock): Promise<void> {
  const keepFrom = files.states.at(-keptStates);
  if (keepFrom === undefined) return;
  const isOld = async (name: string) => clock.now() - (await modifiedAt(join(directory, name))) > graceMs;
  for (const [at, number] of files.entries.entries()) {
    const next = files.entries[at + 1];
    if (number > keepFrom || next === undefined) break;
    if (!(await isOld(numberedName(next, entrySuffix)))) break;
    await removeFile(join(directory, numberedName(number, entrySuffix)));
  }
  for (const number of files.states) {
    if (number >= keepFrom) break;
    const name = numberedName(number, stateSuffix);
    if (await isOld(name)) await removeFile(join(directory, name));
  }
}

/** When a file was last written; where it is gone, long ago. */
async function modifiedAt(path: string): Promise<number> {
  return (await ifThere(() => stat(path)))?.mtimeMs ?? Number.NEGATIVE_INFINITY;
}
