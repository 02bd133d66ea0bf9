import { join } from "node:path";
import { LarderError } from "@larder/core";
import { entrySuffix, isContent, type LogFiles, logFiles } from "./log-files.js";
import type { LogContext } from "./log-options.js";
import { numberedName, removeFile } from "./numbered-files.js";
import { graceMs } from "./prune-log.js";

/** An entry that was made. */
export interface MadeEntry {
  readonly number: number;
  readonly token: string;
  /** Monotonic time, before it was made. */
  readonly before: number;
}

/**
 * Whether an entry that was made under the next number counts. It does not where that number had been taken before and the file
 * was removed since, or where the log was deleted: then it is removed.
 *
 * @returns the log, where the entry counts
 * @throws LarderError `log-overtaken` when this process was stopped for so long that it can't be known
 */
export async function confirmEntry(context: LogContext, made: MadeEntry): Promise<LogFiles | undefined> {
  const { number, token } = made;
  const files = await logFiles(context.target.directory);
  const follows = number === 1 || files.entries.includes(number - 1) || files.states.includes(number - 1);
  if (follows && files.highest === number) return files;
  const next = await files.entry(number + 1);
  if (follows && isContent(next) && next.content.type === "entry" && next.content.previous === token) return files;
  if (follows && next !== "gone") return undefined;
  if (context.clock.monotonic() - made.before > graceMs / 2) throw overtaken(context.directory, made);
  await removeFile(join(context.target.directory, numberedName(number, entrySuffix)));
  return undefined;
}

function overtaken(directory: string, { number }: MadeEntry): LarderError {
  return new LarderError(
    `This process was stopped while it stored something in the dataset in ${directory}, for so long that it can't be told whether it was stored. Store it again.`,
    { code: "log-overtaken", facts: { directory, number } },
  );
}
