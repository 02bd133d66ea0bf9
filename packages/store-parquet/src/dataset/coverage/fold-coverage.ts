import type { Freshness } from "@larder/core";
import { intersectIds, subtractIds, uniteAllIds, uniteIds } from "../ids/combine-id-sets.js";
import { emptyIds, type IdSet } from "../ids/id-set.js";
import { idBounds } from "../ids/look-up.js";
import type { Epoch } from "../part-record.js";
import { epochFreshness } from "./epoch-freshness.js";
import type { PlacedEpoch } from "./ordered-epochs.js";

/**
 * What is folded: the keys whose cell of a column is known, the keys that are known to exist in whatever column, or the keys
 * known to be absent.
 */
export type FoldSubject = { readonly column: string } | "any-column" | "absent";

/** The epochs folded into one set. */
export interface CoverageFold {
  readonly keys: IdSet;
  /** The set is the same for moments from this one, */
  readonly from: number;
  /** to before this one: milliseconds since 1970. */
  readonly until: number;
  readonly applied: ReadonlySet<Epoch>;
}

/** A step of a fold; no `keys`: all keys. */
interface Step {
  readonly kind: "add" | "remove";
  readonly keys: IdSet | undefined;
}

/** More comparisons than this, and folding anew is no slower. */
const mostComparisons = 4096;

/**
 * Folds epochs, given in the order in which they count, at a moment. With what was folded `before`, for the same subject and
 * freshness, only the new ones are looked at where that gives the same.
 */
export function foldCoverage(
  subject: FoldSubject,
  epochs: readonly PlacedEpoch[],
  freshness: Freshness,
  now: number,
  before?: CoverageFold,
): CoverageFold {
  const fresh = before && newEpochs(subject, epochs, now, before);
  const fold = fresh ? before : undefined;
  if (fold && fresh?.length === 0) return fold;
  let from = fold?.from ?? Number.NEGATIVE_INFINITY;
  let until = fold?.until ?? Number.POSITIVE_INFINITY;
  const steps: Step[] = [];
  for (const epoch of fresh ?? epochs.map((placed) => placed.epoch)) {
    if (!concerns(subject, epoch)) continue;
    if (epoch.kind === "invalid") {
      steps.push({ kind: "remove", keys: epoch.keys });
      continue;
    }
    if ((epoch.kind === "absent") !== (subject === "absent")) {
      steps.push({ kind: "remove", keys: epoch.keys });
      continue;
    }
    const judged = epochFreshness(epoch, freshness, now);
    from = Math.max(from, judged.from);
    until = Math.min(until, judged.until);
    steps.push({ kind: judged.fresh ? "add" : "remove", keys: epoch.keys });
  }
  const keys = withSteps(fold?.keys ?? emptyIds, steps);
  return { keys, from, until, applied: appliedOf(epochs) };
}

const sets = new WeakMap<readonly PlacedEpoch[], ReadonlySet<Epoch>>();

/** The epochs as a set, one for all folds of them. */
function appliedOf(epochs: readonly PlacedEpoch[]): ReadonlySet<Epoch> {
  const known = sets.get(epochs) ?? new Set(epochs.map((placed) => placed.epoch));
  sets.set(epochs, known);
  return known;
}

/**
 * The epochs that are not folded yet; `undefined` when the fold has to begin anew: it is of another time, an epoch is gone, or a
 * new one counts before one that touches the same keys.
 */
function newEpochs(
  subject: FoldSubject,
  epochs: readonly PlacedEpoch[],
  now: number,
  { applied, from, until }: CoverageFold,
): Epoch[] | undefined {
  if (!(from <= now && now < until)) return undefined;
  const added: Epoch[] = [];
  const concerned: Epoch[] = [];
  let found = 0;
  let comparisons = 0;
  for (const { epoch } of epochs) {
    if (!applied.has(epoch)) {
      added.push(epoch);
      if (concerns(subject, epoch)) concerned.push(epoch);
      continue;
    }
    found++;
    if (concerned.length === 0 || !concerns(subject, epoch)) continue;
    comparisons += concerned.length;
    if (comparisons > mostComparisons || concerned.some((earlier) => touch(earlier, epoch))) return undefined;
  }
  return found === applied.size ? added : undefined;
}

function concerns(subject: FoldSubject, epoch: Epoch): boolean {
  return typeof subject === "string" || epoch.kind !== "rows" || epoch.columns.includes(subject.column);
}

function touch(a: Epoch, b: Epoch): boolean {
  if (a.keys === undefined || b.keys === undefined) return true;
  const boundsOfA = idBounds(a.keys);
  const boundsOfB = idBounds(b.keys);
  if (!boundsOfA || !boundsOfB || boundsOfA.high < boundsOfB.low || boundsOfB.high < boundsOfA.low) return false;
  return intersectIds(a.keys, b.keys).size > 0;
}

/** Steps of one kind that follow each other are taken at once, for their order does not matter. */
function withSteps(start: IdSet, steps: readonly Step[]): IdSet {
  let keys = start;
  for (let i = 0; i < steps.length; ) {
    const { kind } = steps[i]!;
    const run: IdSet[] = [];
    let all = false;
    for (; i < steps.length && steps[i]!.kind === kind; i++) {
      const { keys: own } = steps[i]!;
      if (own === undefined) all = true;
      else run.push(own);
    }
    if (kind === "add") keys = uniteIds(keys, uniteAllIds(run));
    else keys = all ? emptyIds : subtractIds(keys, uniteAllIds(run));
  }
  return keys;
}
