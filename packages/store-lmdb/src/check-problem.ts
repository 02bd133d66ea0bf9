/** What can be out of order in a cache directory. */
export type CheckProblemKind =
  /** An entry points at a file that is not there: reading it is a miss. */
  | "entry-without-file"
  /** A record or signature does not meet its checksum: reading it is a miss. */
  | "entry-damaged"
  /** A file is not what its name says: reading it is a miss. */
  | "file-damaged"
  /** A file that the index does not know, as a process leaves that is killed while it writes. It takes up space. */
  | "file-without-row"
  /** The index knows a file that nobody points at, and it is not there. */
  | "row-without-file"
  /** The index counts other than it should; a file may be kept for nothing. */
  | "wrong-count"
  /** What a process that is dead left in `tmp/`. Removed when the directory is opened next. */
  | "left-over"
  /** What was put away because it was damaged. */
  | "quarantined-file"
  /** What Larder did not put there. */
  | "foreign-file";

/** One thing that is out of order. */
export interface CheckProblem {
  readonly kind: CheckProblemKind;
  /** The key of an entry, or a path relative to the cache directory. */
  readonly what: string;
  /** A whole sentence for a person. */
  readonly message: string;
}

const subjects: Record<CheckProblemKind, string> = {
  "entry-without-file": "The entry",
  "entry-damaged": "The entry",
  "file-damaged": "The file",
  "file-without-row": "The file",
  "row-without-file": "The row of the file",
  "wrong-count": "The row of the file",
  "left-over": "The file",
  "quarantined-file": "The file",
  "foreign-file": "The file",
};

/** A problem, with its sentence. */
export function problem(kind: CheckProblemKind, what: string, reason: string): CheckProblem {
  return { kind, what, message: `${subjects[kind]} '${what}': ${reason}.` };
}
