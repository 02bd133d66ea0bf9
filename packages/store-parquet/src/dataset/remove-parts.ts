import { rm } from "node:fs/promises";
import { join } from "node:path";
import type { DatasetLog } from "./log/dataset-log.js";
import type { PartRecord } from "./part-record.js";

/** Removes the files of parts that nothing tells of. Never rejects: what stays is swept once this process is gone. */
export async function removeParts(directory: string, parts: readonly PartRecord[]): Promise<void> {
  await Promise.all(parts.map(({ name }) => rm(join(directory, name), { force: true }).catch(() => {})));
}

/**
 * Removes the files of parts that were to be stored together, where the log names none of them. A commit that failed may have been
 * made all the same, or a log made anew may name the files; where that can't be found out, they stay.
 */
export async function removeUnnamed(
  { directory, log }: { readonly directory: string; readonly log: Pick<DatasetLog, "refresh"> },
  added: readonly PartRecord[],
): Promise<void> {
  try {
    const { parts } = await log.refresh();
    if (!added.some(({ name }) => parts.has(name))) await removeParts(directory, added);
  } catch {
    // They are swept once this process is gone.
  }
}
