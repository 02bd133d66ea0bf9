import type { Xxhash } from "@larder/core";
import type { CounterLog } from "./counters/counter-log.js";
import type { JournalNotes } from "./journal/journal.js";
import type { LmdbEnvironment } from "./lmdb-environment.js";
import type { StoreSpace } from "./space/store-space.js";

/** What the steps of a transaction work on. */
export interface StoreContext {
  /** Real path of the cache directory. */
  readonly root: string;
  readonly environment: LmdbEnvironment;
  readonly xxhash: Xxhash;
  /** `false`: entries are not indexed by their tags; see `hasTagIndex`. */
  readonly indexesTags?: boolean;
  /** Told of every entry whose bytes are in a file. */
  readonly journal: JournalNotes;
  /** What is taken, the limit, and what goes; one of the parts. */
  readonly space: StoreSpace;
  /** What is counted; one of the parts. */
  readonly counters: CounterLog;
  /** Kept in memory along with the index, and written within the transactions. */
  readonly parts: TransactionPart[];
  /** Runs `body` as one transaction (`LmdbEnvironment.transact`), when nobody is opening the index. */
  transact<Result>(body: () => Result): Promise<Result>;
}

/**
 * Something that is gathered during a transaction and written once at its end. What was gathered is dropped when the
 * transaction is undone; its changes may run again then.
 */
export interface TransactionPart {
  /** A transaction begins. */
  begin(): void;
  /** The last step before the commit. @throws what undoes the transaction */
  beforeCommit(): void;
  /** The transaction is over. Never throws. */
  ended(committed: boolean): void;
}

/** Runs `body` as one transaction with all parts; within `whileNobodyOpens`. */
export function transactWithParts<Result>(
  environment: LmdbEnvironment,
  parts: readonly TransactionPart[],
  body: () => Result,
): Result {
  let committed = false;
  try {
    const result = environment.transact(() => {
      for (const part of parts) part.begin();
      const value = body();
      for (const part of parts) part.beforeCommit();
      return value;
    });
    committed = true;
    return result;
  } finally {
    for (const part of parts) part.ended(committed);
  }
}
