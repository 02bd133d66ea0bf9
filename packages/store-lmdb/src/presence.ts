import { closeSync, openSync, readdirSync, readFileSync, rmSync, statSync, writeSync } from "node:fs";
import { join } from "node:path";
import { ownedFileName, ownerOf } from "./owned-file-name.js";
import { systemCode } from "./store-error.js";

/** What the index held at some moment, for the case that it is lost. */
export interface IndexCounts {
  /** Entries whose bytes are in the index itself. */
  readonly values: number;
  /** Rises with the index: of two counts the one with the higher number is the later. */
  readonly sequence: number;
}

/**
 * This process's mark in `tmp/`: that it has the index open, or is about to; whether it is writing just now; and what the
 * index held after its last transaction.
 */
export interface Presence {
  /** What stands in the mark from the next `writing` on. */
  note(counts: IndexCounts): void;
  /** What was noted last. */
  noted(): IndexCounts | undefined;
  /** Says that a transaction is about to begin, or has ended. */
  writing(now: boolean): void;
  /** From now on `atEnd` runs, and the mark is removed, also when the process ends without closing the index. */
  leaveAtExit(atEnd: () => void): void;
  /** The index proved damaged: the mark stays, and who opens it next looks it over. */
  suspect(): void;
  /** The index was closed. */
  leave(): void;
}

/** End of the names of marks. */
export const markSuffix = ".running";

/** Layout of a mark: `0` or `1` for whether it is writing; then, once known, values and sequence as 64-bit floats. */
const atRest = 0x30;
const busy = 0x31;
const markBytes = 17;

/** Marks that this process is about to open the index. A process that dies of it leaves the mark behind. */
export function announcePresence(root: string): Presence {
  const mark = join(root, "tmp", ownedFileName(markSuffix));
  const file = openSync(mark, "wx", 0o600);
  const content = Buffer.alloc(markBytes, atRest);
  let length = 1;
  writeSync(file, content, 0, length, 0);
  let here = true;
  let suspected = false;
  let atEnd: (() => void) | undefined;
  let noted: IndexCounts | undefined;
  const leave = () => {
    if (!here) return;
    here = false;
    process.removeListener("exit", leave);
    try {
      closeSync(file);
      atEnd?.();
      if (!suspected) rmSync(mark, { force: true });
    } catch {
      // A mark that stays makes the next process look the index over: that costs time only.
    }
  };
  return {
    noted: () => noted,
    note(counts) {
      noted = counts;
      const { values, sequence } = counts;
      content.writeDoubleLE(values, 1);
      content.writeDoubleLE(sequence, 9);
      length = markBytes;
    },
    writing(now) {
      content[0] = now ? busy : atRest;
      if (here) writeSync(file, content, 0, now ? 1 : length, 0);
    },
    leaveAtExit(action) {
      atEnd = action;
      // Called when LMDB is open, so that this listener comes after LMDB's own, which may still write.
      process.on("exit", leave);
    },
    suspect() {
      suspected = true;
    },
    leave,
  };
}

/** Whether a process that may be alive is in the middle of a transaction. */
export function isSomeoneWriting(root: string): boolean {
  const directory = join(root, "tmp");
  return readdirSync(directory).some((name) => {
    const owner = name.endsWith(markSuffix) ? ownerOf(name) : undefined;
    return owner !== undefined && owner.state !== "dead" && readMark(join(directory, name))[0] === busy;
  });
}

function readMark(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (error) {
    if (systemCode(error) === "ENOENT") return Buffer.alloc(0); // left meanwhile
    throw error;
  }
}

/** What the marks say that the index held, those of the dead too. */
export function countsInMarks(root: string): IndexCounts[] {
  const directory = join(root, "tmp");
  const marks = readdirSync(directory).filter((name) => name.endsWith(markSuffix) && ownerOf(name) !== undefined);
  return marks.flatMap((name) => {
    const content = readMark(join(directory, name));
    if (content.byteLength < markBytes) return [];
    return [{ values: content.readDoubleLE(1), sequence: content.readDoubleLE(9) }];
  });
}

/** What the marks of other processes tell. */
export interface Predecessors {
  /** Someone died with the index open, or while opening it: killed, or by a damaged index. */
  readonly died: boolean;
  /** Someone has it open now. */
  readonly present: boolean;
}

/** A file whose owner can't be told, because it is on another host or in another container, is left alone this long. */
const unknownOwnerMs = 24 * 3600 * 1000;

/** Reads the marks, and removes those of the dead together with the rest they left in `tmp/`. */
export function sweepTemporary(root: string): Predecessors {
  const directory = join(root, "tmp");
  let died = false;
  let present = false;
  for (const name of readdirSync(directory)) {
    const owner = ownerOf(name);
    if (owner === undefined) continue;
    const isMark = owner.suffix === markSuffix;
    const gone = owner.state === "dead" || (owner.state === "unknown" && isOld(join(directory, name)));
    if (!gone) present ||= isMark;
    else {
      died ||= isMark;
      rmSync(join(directory, name), { force: true });
    }
  }
  return { died, present };
}

/** Whether a file in `tmp/` is nobody's any more. Names that are not ours are. */
export function isLeftOver(root: string, name: string): boolean {
  const owner = ownerOf(name);
  if (owner === undefined || owner.state === "dead") return true;
  return owner.state === "unknown" && isOld(join(root, "tmp", name));
}

function isOld(path: string): boolean {
  const stats = statSync(path, { throwIfNoEntry: false });
  return stats !== undefined && Date.now() - stats.mtimeMs > unknownOwnerMs;
}
