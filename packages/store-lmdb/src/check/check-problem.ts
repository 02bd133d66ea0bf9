/** What can be out of order in a cache directory. */
export type CheckProblemKind =
  /** A row does not meet its checksum: what it held is lost, and reading it is a miss. */
  | "entry-damaged"
  | "row-damaged"
  /** An entry points at a file that is not there: reading it is a miss. */
  | "entry-without-file"
  /** A file is not what its name says: reading it is a miss. */
  | "file-damaged"
  /** A file that the index does not know, as a process leaves that is killed while it writes. It takes up space. */
  | "file-without-row"
  /** The index knows a file that nobody points at, and it is not there. */
  | "row-without-file"
  /** The index counts other than it should; a file may be kept for nothing. */
  | "wrong-count"
  /** The list of chunk digests of a file is missing, or nobody's: parts of it are read more slowly. */
  | "wrong-chunks"
  /** What the index says it holds is not what it holds: the limit of size is kept wrongly. */
  | "wrong-volume"
  /** What tells in which order entries go does not fit them: others may be evicted than should be. */
  | "wrong-order"
  /** What tells when entries may be forgotten does not fit them. */
  | "wrong-expiry"
  /** What tells which entries have a tag does not fit them: a look-up by tag misses some. */
  | "wrong-tag"
  /** Room reserved, a file held open, or a lease held by a process that is dead. */
  | "dead-reservation"
  | "dead-use"
  | "dead-lease"
  /** The journal does not say what the index does: should the index be lost, less comes back, or what was deleted. */
  | "wrong-journal"
  /** What a process that is dead left in `tmp/`. Removed when the directory is opened next. */
  | "left-over";

/** What a person may want to know of, and nothing has to be done about. */
export type CheckNoteKind =
  /** What was put away because it was damaged. */
  | "quarantined-file"
  /** What Larder did not put there. */
  | "foreign-file"
  /** The mark of a process that died with the index open: who opens it next looks it over. */
  | "dead-process";

/** One thing that is out of order. */
export interface CheckProblem {
  readonly kind: CheckProblemKind;
  /** The key of an entry, or a path relative to the cache directory. */
  readonly what: string;
  /** A whole sentence for a person. */
  readonly message: string;
}

/** One thing to know of. */
export interface CheckNote extends Omit<CheckProblem, "kind"> {
  readonly kind: CheckNoteKind;
}

/** A problem, and what to do about it. */
export interface Finding {
  readonly problem: CheckProblem;
  /**
   * Looks again, and repairs it. Within a transaction, which may be run twice.
   *
   * @returns whether there is no such problem now
   */
  repair(): boolean;
}

const subjects: Record<CheckProblemKind | CheckNoteKind, string> = {
  "entry-damaged": "The entry",
  "row-damaged": "The row",
  "entry-without-file": "The entry",
  "file-damaged": "The file",
  "file-without-row": "The file",
  "row-without-file": "The row of the file",
  "wrong-count": "The row of the file",
  "wrong-chunks": "The list of chunk digests",
  "wrong-volume": "The account",
  "wrong-order": "The order of eviction",
  "wrong-expiry": "The order of expiry",
  "wrong-tag": "The index of tags",
  "dead-reservation": "The reservation",
  "dead-use": "The file in use",
  "dead-lease": "The lease",
  "wrong-journal": "The journal",
  "left-over": "The file",
  "quarantined-file": "The file",
  "foreign-file": "The file",
  "dead-process": "The mark",
};

/** A problem, with its sentence. */
export function problem(kind: CheckProblemKind, what: string, reason: string): CheckProblem {
  return { kind, what, message: `${subjects[kind]} '${what}': ${reason}.` };
}

/** A note, with its sentence. */
export function note(kind: CheckNoteKind, what: string, reason: string): CheckNote {
  return { kind, what, message: `${subjects[kind]} '${what}': ${reason}.` };
}
