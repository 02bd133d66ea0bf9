import { join } from "node:path";
import { LarderError, loadXxhash } from "@larder/core";
import { newToken } from "../new-token.js";
import { confirmEntry } from "./confirm-entry.js";
import { applied, type Change, type DatasetState, type LoggedChange } from "./dataset-state.js";
import { type LogFile, readLogFile, writeLogFile } from "./entry-format.js";
import type { LogPosition } from "./load-position.js";
import { entrySuffix, type LogFiles } from "./log-files.js";
import { type LogContext, type LogOptions, logContext } from "./log-options.js";
import { type LogReader, logReader } from "./log-reader.js";
import { createNumbered, removeFile } from "./numbered-files.js";
import { serial } from "./serial.js";
import { sweepDataset } from "./sweep-dataset.js";
import { withStateWritten } from "./write-state.js";

/** The log of a dataset: what is stored, in one order for all processes. */
export interface DatasetLog {
  /**
   * What is stored now, by whomever. Costs two looks at files when nothing is new.
   *
   * @throws LarderError `newer-format`; `disk-full` or `write-failed` when the log is damaged and can't be made anew
   */
  refresh(): Promise<DatasetState>;
  /** What was stored when this process last looked. */
  current(): DatasetState;
  /**
   * Makes a change, after all that is stored by now. `retired` of a state leaves out what this process knows to be unlinked.
   *
   * @param build - makes the change to a state; called again where another process was faster. `undefined`: nothing to change
   * @returns the state with the change
   * @throws LarderError `disk-full`, `write-failed`, `newer-format`, `log-busy`, `log-overtaken`; what `build` throws
   */
  commit(build: (state: DatasetState) => Change | undefined): Promise<DatasetState>;
  /** Removes what was left behind: by processes that are dead, and retired files. */
  sweep(): Promise<void>;
}

/** After so many that others made first, a commit gives up. */
const mostAttempts = 1000;

/** Longest wait between two attempts. */
const longestWaitMs = 50;

/**
 * Opens the log of a dataset. Nothing is read or written before it is asked for. Several may be open at once, in this process and
 * others.
 *
 * @param directory - of the dataset
 */
export function openLog(directory: string, options: LogOptions): DatasetLog {
  const context = logContext(directory, options);
  const reader = logReader(context);
  const inTurn = serial();
  /** Retired files that this process knows to be unlinked, and no entry tells of yet. */
  const gone = new Set<string>();
  let waiting: Promise<DatasetState> | undefined;
  let seen: { readonly whole: DatasetState; readonly shown: DatasetState } | undefined;

  const shown = (state: DatasetState): DatasetState => {
    if (state.retired.every(({ name }) => !gone.has(name))) return state;
    if (seen?.whole !== state || seen.shown.retired.some(({ name }) => gone.has(name))) {
      seen = { whole: state, shown: { ...state, retired: state.retired.filter(({ name }) => !gone.has(name)) } };
    }
    return seen.shown;
  };

  const unlinkRetired = async (state: DatasetState) => {
    for (const { name } of state.retired) {
      if (!gone.has(name) && (await removeFile(join(directory, name)))) gone.add(name);
    }
  };

  const forgetTold = ({ retired }: DatasetState) => {
    if (gone.size === 0) return;
    const names = new Set(retired.map(({ name }) => name));
    for (const name of gone) if (!names.has(name)) gone.delete(name);
  };

  return {
    current: () => shown(reader.position().state),
    refresh() {
      // Whoever asks before the next look has begun is answered by it.
      waiting ??= inTurn(async () => {
        waiting = undefined;
        return shown((await reader.look()).state);
      });
      return waiting;
    },
    commit: (build) =>
      inTurn(async () => {
        for (let attempt = 0; attempt < mostAttempts; attempt++) {
          const base = await reader.look();
          const change = build(shown(base.state));
          if (change === undefined) return shown(base.state);
          const { state } = base;
          const unlinked = state.retired.map(({ name }) => name).filter((name) => gone.has(name));
          const logged = unlinked.length === 0 ? change : { ...change, gone: unlinked };
          const next = await tryCommit(context, reader, base, logged);
          if (next !== undefined) {
            forgetTold(next.state);
            if (change.kind !== "batch") await unlinkRetired(next.state);
            return shown(next.state);
          }
          await backOff(context, attempt);
        }
        throw busy(directory);
      }),
    sweep: () =>
      inTurn(async () => {
        const { state } = await reader.look();
        await unlinkRetired(state);
        await sweepDataset(context, async () => (await reader.look()).state);
      }),
  };
}

/** Makes the next entry; `undefined` where another did. */
async function tryCommit(
  context: LogContext,
  reader: LogReader,
  base: LogPosition,
  change: LoggedChange,
): Promise<LogPosition | undefined> {
  const xxhash = await loadXxhash();
  const number = base.state.entry + 1;
  const token = newToken();
  const entry: LogFile = { type: "entry", number, token, previous: base.token, change };
  const bytes = writeLogFile(entry, xxhash);
  checkReadable(() => readLogFile(bytes, xxhash, context.directory, number));
  const before = context.clock.monotonic();
  if (!(await createNumbered(context.target, number, entrySuffix, bytes))) return undefined;
  const files = await confirmEntry(context, { number, token, before });
  if (files === undefined) {
    reader.lookAgain();
    return undefined;
  }
  const state = applied(base.state, change);
  const position = await sinceNewestState(
    { ...base, state, token, entryBytes: base.entryBytes + bytes.byteLength },
    files,
  );
  const written = await withStateWritten(context, position, files, xxhash);
  await reader.moveTo(written);
  return written;
}

/** Counts entries from the newest state on, also where another process wrote it. */
async function sinceNewestState(position: LogPosition, files: LogFiles): Promise<LogPosition> {
  const newest = files.states.at(-1) ?? 0;
  if (newest <= position.stateNumber) return position;
  const byteLength = await files.stateLength(newest);
  return byteLength === undefined
    ? position
    : { ...position, stateNumber: newest, stateBytes: byteLength, entryBytes: 0 };
}

/** What could not be read again would make the log unreadable for all. */
function checkReadable(read: () => unknown): void {
  try {
    read();
  } catch (cause) {
    throw new LarderError("A change of a dataset can't be stored: it has numbers or names that its log can't hold.", {
      code: "invalid-change",
      cause,
    });
  }
}

async function backOff({ random, wait }: LogContext, attempt: number): Promise<void> {
  if (attempt > 0) await wait(random() * Math.min(longestWaitMs, 2 ** attempt));
}

function busy(directory: string): LarderError {
  return new LarderError(
    `The dataset in ${directory} was changed by others each of the ${mostAttempts} times this process tried to. Try again later.`,
    { code: "log-busy", facts: { directory } },
  );
}
