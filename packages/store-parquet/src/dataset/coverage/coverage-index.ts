import type { Freshness } from "@larder/core";
import { intersectIds, uniteIds } from "../ids/combine-id-sets.js";
import type { IdSet } from "../ids/id-set.js";
import { type CoverageFold, type FoldSubject, foldCoverage } from "./fold-coverage.js";
import type { PlacedEpoch } from "./ordered-epochs.js";

/** What is known of some columns, as sets of keys. */
export interface KnownSets {
  /** The keys whose cells are known, for each column asked for. */
  readonly known: readonly IdSet[];
  /** The keys known in all of these columns; without columns, those known to exist. */
  readonly complete: IdSet;
  /** The keys known not to exist; none of them is in `complete`. */
  readonly absent: IdSet;
  /** Both: nothing has to be fetched for them. */
  readonly settled: IdSet;
}

/** Keeps folded epochs, so that what is new alone has to be folded. */
export interface CoverageIndex {
  /** @param epochs in the order in which they count */
  setsOf(epochs: readonly PlacedEpoch[], columns: readonly string[], freshness: Freshness, now: number): KnownSets;
}

/** So many kinds of freshness are kept. */
const mostKinds = 8;

interface Folds {
  readonly bySubject: Map<string, CoverageFold>;
  /** The last sets given, for calls that follow each other. */
  last?: { readonly of: readonly IdSet[]; readonly sets: KnownSets };
}

export function coverageIndex(): CoverageIndex {
  const kinds = new Map<string, Folds>();

  function foldsOf({ ttlMs, absentTtlMs, version }: Freshness): Folds {
    const name = [ttlMs, absentTtlMs, version === undefined ? "" : `=${version}`].join(" ");
    const folds = kinds.get(name) ?? { bySubject: new Map() };
    kinds.delete(name);
    kinds.set(name, folds);
    if (kinds.size > mostKinds) kinds.delete(kinds.keys().next().value!);
    return folds;
  }

  return {
    setsOf(epochs, columns, freshness, now) {
      const folds = foldsOf(freshness);
      const keysOf = (subject: FoldSubject): IdSet => {
        const name = typeof subject === "string" ? subject : `column ${subject.column}`;
        const fold = foldCoverage(subject, epochs, freshness, now, folds.bySubject.get(name));
        folds.bySubject.set(name, fold);
        return fold.keys;
      };
      const known = columns.map((column) => keysOf({ column }));
      const complete = known.length === 0 ? [keysOf("any-column")] : known;
      const absent = keysOf("absent");
      const of = [absent, ...complete];
      const { last } = folds;
      if (last && last.sets.known.length === known.length && sameSets(last.of, of)) return last.sets;
      const all = complete.reduce((left, right) => intersectIds(left, right));
      const sets: KnownSets = { known, complete: all, absent, settled: uniteIds(all, absent) };
      folds.last = { of, sets };
      return sets;
    },
  };
}

function sameSets(a: readonly IdSet[], b: readonly IdSet[]): boolean {
  return a.length === b.length && a.every((set, i) => set === b[i]);
}
