import type { Xxhash } from "@larder/core";
import { writeLogFile } from "./entry-format.js";
import type { LogPosition } from "./load-position.js";
import { type LogFiles, stateSuffix } from "./log-files.js";
import type { LogContext } from "./log-options.js";
import { createNumbered } from "./numbered-files.js";
import { pruneLog } from "./prune-log.js";

/** Entries shorter than this in all are read as they are. */
const leastBytes = 64 * 1024;

/**
 * Writes a state once the entries since the last one are longer than it: so writing states costs, on average, as much as writing
 * entries. Then removes what is needless. When that fails, reading takes longer, and nothing else.
 *
 * @param files - the log, listed since the position was reached
 * @returns the position, with the state where one was written
 */
export async function withStateWritten(
  context: LogContext,
  position: LogPosition,
  files: LogFiles,
  xxhash: Xxhash,
): Promise<LogPosition> {
  if (position.entryBytes <= Math.max(leastBytes, position.stateBytes)) return position;
  const { state, token } = position;
  try {
    const bytes = writeLogFile({ type: "state", number: state.entry, token, state }, xxhash);
    await createNumbered(context.target, state.entry, stateSuffix, bytes);
    await pruneLog(context.target.directory, files, context.clock);
    return { ...position, stateNumber: state.entry, stateBytes: bytes.byteLength, entryBytes: 0 };
  } catch (cause) {
    const { directory } = context;
    context.warn(
      "state-not-written",
      `The log of the dataset in ${directory} was not shortened.`,
      { directory },
      cause,
    );
    return { ...position, entryBytes: 0 };
  }
}
