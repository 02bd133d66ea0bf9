import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { ownerOfPart } from "../parts/part-name.js";
import { ifThere } from "../system-code.js";
import type { DatasetState } from "./dataset-state.js";
import { logFiles } from "./log-files.js";
import type { LogContext } from "./log-options.js";
import { removeFile } from "./numbered-files.js";
import { pruneLog } from "./prune-log.js";
import { partFiles } from "./rebuild-state.js";

/** Files of owners of whom it can't be told whether they live are left for so long. */
const unknownMs = 86_400_000;

/**
 * Removes what processes left behind that died: files in `tmp/`, and parts that no entry names. Removes what of the log is
 * needless.
 *
 * @param newest - reads the newest state
 */
export async function sweepDataset(context: LogContext, newest: () => Promise<DatasetState>): Promise<void> {
  const { directory, target, clock } = context;
  for (const name of (await ifThere(() => readdir(target.temporary))) ?? []) {
    const path = join(target.temporary, name);
    if (await isAbandoned(path, clock.now())) await removeFile(path);
  }
  // Listed and found dead first: what the dead committed is in the state that is read afterwards.
  const abandoned: string[] = [];
  for (const name of await partFiles(directory)) {
    if (await isAbandoned(join(directory, name), clock.now())) abandoned.push(name);
  }
  const { parts } = await newest();
  for (const name of abandoned) {
    if (!parts.has(name)) await removeFile(join(directory, name));
  }
  await pruneLog(target.directory, await logFiles(target.directory), clock);
}

async function isAbandoned(path: string, now: number): Promise<boolean> {
  const state = ownerOfPart(path);
  if (state === "dead") return true;
  if (state === "alive") return false;
  const file = await ifThere(() => stat(path));
  return file !== undefined && now - file.mtimeMs > unknownMs;
}
