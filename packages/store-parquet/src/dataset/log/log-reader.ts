import { stat } from "node:fs/promises";
import { join } from "node:path";
import { LarderError, loadXxhash } from "@larder/core";
import { newToken } from "../new-token.js";
import { ifThere } from "../system-code.js";
import { confirmEntry } from "./confirm-entry.js";
import { writeLogFile } from "./entry-format.js";
import { type LogPosition, loadPosition, startOfLog } from "./load-position.js";
import { entrySuffix, type LogFiles, logFiles } from "./log-files.js";
import type { LogContext } from "./log-options.js";
import { createNumbered, hasHardLinks, numberedName } from "./numbered-files.js";
import { partFiles, rebuildState } from "./rebuild-state.js";

/** Reads a log, and what is new in it; makes it anew where it is damaged. Its calls must not overlap. */
export interface LogReader {
  /** Where reading got to. */
  position(): LogPosition;
  /** Reads what is new. */
  look(): Promise<LogPosition>;
  /** Goes on from where this process itself brought the log. */
  moveTo(position: LogPosition): Promise<void>;
  /** Lists the log anew next time, even if it looks as it did. */
  lookAgain(): void;
}

/** A file that is filled while it can be seen is waited for until it was last written so long ago. */
const unfinishedMs = 5_000;

const pollMs = 20;

/** So often files may vanish, or the log be rebuilt by others, while it is read. */
const mostTries = 1000;

export function logReader(context: LogContext): LogReader {
  const { directory } = context.target;
  let position = startOfLog;
  let stamp: string | undefined;
  const warned = new Set<string>();

  const stampOf = async (number: number): Promise<string | undefined> => {
    const file = await ifThere(() => stat(join(directory, numberedName(number, entrySuffix))));
    return file && `${file.ino} ${file.size} ${file.mtimeMs}`;
  };
  const moveTo = async (reached: LogPosition): Promise<LogPosition> => {
    position = reached;
    stamp = reached.state.entry === 0 ? undefined : await stampOf(reached.state.entry);
    return reached;
  };
  const isUnchanged = async () => {
    if (stamp === undefined) return false;
    const { entry } = position.state;
    const [last, next] = await Promise.all([stampOf(entry), stampOf(entry + 1)]);
    return last === stamp && next === undefined;
  };
  const warnOnce = (damage: readonly unknown[]) => {
    for (const cause of damage) {
      const file = LarderError.isInstance(cause) ? String(cause.facts.file ?? directory) : directory;
      if (warned.has(file)) continue;
      warned.add(file);
      context.warn(
        "damaged-log",
        `The file ${file} of a dataset's log is damaged; it was passed over.`,
        { file },
        cause,
      );
    }
  };

  return {
    position: () => position,
    async moveTo(reached) {
      await moveTo(reached);
    },
    lookAgain() {
      stamp = undefined;
    },
    async look() {
      if (await isUnchanged()) return position;
      let unreadable: string | undefined;
      for (let tries = 0; tries < mostTries; tries++) {
        const files = await logFiles(directory);
        const outcome = await loadPosition(files, position);
        if (outcome === "changed") continue;
        if ("position" in outcome) {
          warnOnce(outcome.damage);
          // Parts without a log: it was deleted.
          const isLost = files.highest === 0 && (await partFiles(context.directory)).length > 0;
          if (!isLost) return moveTo(outcome.position);
        } else {
          // While files come and go, a list of them may lack one that is there: only what is seen twice is so.
          const sight = JSON.stringify([files.entries, files.states]);
          const isSeenAgain = sight === unreadable;
          unreadable = sight;
          if (!isSeenAgain) continue;
          if (await mayBeUnfinished(context, files)) {
            await context.wait(pollMs);
            continue;
          }
          warnOnce(outcome.unreadable);
        }
        await rebuild(context, files);
      }
      throw new LarderError(
        `The log of the dataset in ${context.directory} could not be read: its files changed each time. Try again later.`,
        { code: "log-busy", facts: { directory: context.directory } },
      );
    },
  };
}

/** Whether the last entry may be one that another process is writing just now. */
async function mayBeUnfinished({ target, clock }: LogContext, files: LogFiles): Promise<boolean> {
  const newest = files.entries.at(-1);
  if (newest === undefined || (await hasHardLinks(target))) return false;
  const file = await ifThere(() => stat(join(target.directory, numberedName(newest, entrySuffix))));
  return file === undefined || clock.now() - file.mtimeMs < unfinishedMs;
}

/** Makes an entry, above all numbers, that tells all there is. Does nothing where another process made that entry first. */
async function rebuild(context: LogContext, files: LogFiles): Promise<void> {
  const before = context.clock.monotonic();
  const state = await rebuildState(context, files);
  const token = newToken();
  const number = state.entry;
  const bytes = writeLogFile({ type: "rebuilt", number, token, state }, await loadXxhash());
  if (!(await createNumbered(context.target, number, entrySuffix, bytes))) return;
  if ((await confirmEntry(context, { number, token, before })) === undefined) return;
  const { directory } = context;
  context.warn(
    "log-rebuilt",
    `The log of the dataset in ${directory} was damaged or gone, and was made anew from its ${state.parts.size} parts.`,
    { directory, parts: state.parts.size },
  );
}
