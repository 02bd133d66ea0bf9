import type { Xxhash } from "@larder/core";
import type { LmdbEnvironment } from "./lmdb-environment.js";
import type { IndexCounts, Presence } from "./presence.js";
import { readSpaceTotals } from "./space/space-account.js";
import type { TransactionPart } from "./store-context.js";

/** What an index holds, as its account says; `undefined` when that is damaged, or there is none yet. */
export function countsIn({ space }: Pick<LmdbEnvironment, "space">, xxhash: Xxhash): IndexCounts | undefined {
  const totals = readSpaceTotals(space, xxhash);
  return totals && { values: totals.inlineEntries, sequence: totals.nextSequence };
}

/** Keeps in the mark of this process what the index held after its last transaction. To come after the account. */
export function countsPart(environment: LmdbEnvironment, presence: Presence, xxhash: Xxhash): TransactionPart {
  let counts: IndexCounts | undefined;
  return {
    begin() {
      counts = undefined;
    },
    beforeCommit() {
      counts = countsIn(environment, xxhash);
    },
    ended(committed) {
      if (committed && counts !== undefined) presence.note(counts);
    },
  };
}
