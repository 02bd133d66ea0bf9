import { indexKey, keyBytes } from "../entry-key.js";
import type { StoreContext } from "../store-context.js";
import { orderRead } from "./entry-order.js";

/** Reads that are not yet in the index. In memory: what a process has not written when it is killed is forgotten. */
export interface AccessLog {
  /** An entry was read. Cheap, and never waits. */
  note(key: string, storedSequence: number): void;
  readonly size: number;
  /** Writes all into the index. Within a transaction. */
  write(context: StoreContext): void;
  /** The transaction is over. */
  ended(committed: boolean): void;
}

interface Noted {
  readonly key: string;
  readonly storedSequence: number;
  times: number;
  /** Of all reads in this log, which was the last of this entry. */
  lastRead: number;
}

/**
 * At most two of these are in the log: when the later one is this large, what stands in the earlier one, read longest ago,
 * is forgotten. It only sets the order of eviction.
 */
const entriesAtOnce = 2500;

/** Reads by the sequence of storing, which is that of one entry only, and found more quickly than a key. */
type Reads = Map<number, Noted>;

/** An empty log. */
export function accessLog(): AccessLog {
  let noted: Reads = new Map();
  let notedBefore: Reads = new Map();
  let written: Reads | undefined;
  let reads = 0;

  function firstOf(key: string, storedSequence: number): Noted {
    const read = notedBefore.get(storedSequence) ?? { key, storedSequence, times: 0, lastRead: 0 };
    if (noted.size >= entriesAtOnce) {
      notedBefore = noted;
      noted = new Map();
    } else notedBefore.delete(storedSequence);
    noted.set(storedSequence, read);
    return read;
  }

  return {
    note(key, storedSequence) {
      const read = noted.get(storedSequence) ?? firstOf(key, storedSequence);
      read.times++;
      read.lastRead = ++reads;
    },
    get size() {
      return noted.size + notedBefore.size;
    },
    write(context) {
      if (noted.size + notedBefore.size === 0) return;
      written = new Map([...notedBefore, ...noted]);
      notedBefore = new Map();
      noted = new Map();
      const inOrder = [...written.values()].sort((one, other) => one.lastRead - other.lastRead);
      for (const read of inOrder) orderRead(context, indexKey(keyBytes(read.key)), read);
    },
    ended(committed) {
      if (written !== undefined && !committed) notedBefore = new Map([...written, ...notedBefore]);
      written = undefined;
    },
  };
}
