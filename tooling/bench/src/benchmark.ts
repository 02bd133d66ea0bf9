/** How large and how often: the usual measurement, or a quick look. */
export interface Effort {
  /** Interleaved runs of each contender; the median counts. */
  readonly runs: number;
  readonly quick: boolean;
}

/** One measured case, as `npm run bench -- --json` prints it. */
export interface BenchmarkResult {
  readonly benchmark: string;
  readonly case: string;
  /** As in "ms" or "µs per get". */
  readonly unit: string;
  readonly betterIs: "lower" | "higher";
  /** Median of ours. */
  readonly ours: number;
  /** Medians of those it is measured beside, in the same runs. */
  readonly peers: Readonly<Record<string, number>>;
  /** ours ÷ peer */
  readonly ratios: Readonly<Record<string, number>>;
  /**
   * Most memory our process held (resident set), in MB; where peers ran in the same process, theirs is in it. null where
   * it was not measured.
   */
  readonly peakMegabytes: number | null;
  readonly runs: number;
  /** What is aimed at, in words; null where there is no aim. */
  readonly goal: string | null;
  /** Whether the aim was reached this time; null where there is none. */
  readonly met: boolean | null;
}

/** A group of cases that is run together, by name. */
export interface Benchmark {
  readonly name: string;
  /** One sentence, for --help. */
  readonly description: string;
  /** Measures every case, giving each as soon as it is known. */
  measure(effort: Effort): AsyncIterable<BenchmarkResult>;
}

/** An aim: a figure of our own, a ratio to a peer, or so much more than a peer (in the case's unit), not to be exceeded. */
export type Goal =
  | { readonly ours: number }
  | { readonly peer: string; readonly ratio: number }
  /** Where more is better: at least so many times the peer. */
  | { readonly peer: string; readonly atLeast: number }
  | { readonly peer: string; readonly more: number }
  /** A ratio to whichever of several peers did best. */
  | { readonly betterOf: readonly string[]; readonly ratio: number }
  /** Several aims: all are to be reached, and each is told of by itself. */
  | { readonly all: readonly Goal[] };

/** What a result is made of, before medians and ratios. */
export interface Measured {
  readonly benchmark: string;
  readonly case: string;
  readonly unit: string;
  readonly betterIs?: "lower" | "higher";
  /** Figures of every run, by contender; ours is called "ours". */
  readonly samples: Readonly<Record<string, readonly number[]>>;
  readonly peakMegabytes: number | null;
  readonly goal?: Goal;
}

/** Medians, ratios, and whether the aim was reached. Throws an Error when there is no figure of ours. */
export function toResult(measured: Measured): BenchmarkResult {
  const { ours: own, ...others } = measured.samples;
  if (own === undefined || own.length === 0)
    throw new Error(`${measured.benchmark}: no figure for "${measured.case}".`);
  const ours = median(own);
  const peers = Object.fromEntries(Object.entries(others).map(([name, figures]) => [name, median(figures)]));
  const ratios = Object.fromEntries(Object.entries(peers).map(([name, value]) => [name, ours / value]));
  return {
    benchmark: measured.benchmark,
    case: measured.case,
    unit: measured.unit,
    betterIs: measured.betterIs ?? "lower",
    ours,
    peers,
    ratios,
    peakMegabytes: measured.peakMegabytes,
    runs: own.length,
    goal: measured.goal === undefined ? null : describeGoal(measured.goal, measured.unit, ours, peers),
    met: measured.goal === undefined ? null : isMet(measured.goal, ours, peers),
  };
}

/** The middle figure; of an even number of figures, the mean of the two in the middle. */
export function median(figures: readonly number[]): number {
  const sorted = [...figures].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2;
}

type Peers = Readonly<Record<string, number>>;

function describeGoal(goal: Goal, unit: string, ours: number, peers: Peers): string {
  if ("all" in goal) {
    const verdict = (part: Goal): string => (isMet(part, ours, peers) ? "reached" : "not reached");
    return goal.all.map((part) => `${describeGoal(part, unit, ours, peers)} (${verdict(part)})`).join("; ");
  }
  if ("ours" in goal) return `at most ${goal.ours} ${unit}`;
  if ("betterOf" in goal) return `at most ${goal.ratio} × the better of ${goal.betterOf.join(" and ")}`;
  if ("atLeast" in goal) return `at least ${goal.atLeast} × ${goal.peer}`;
  return "ratio" in goal
    ? `at most ${goal.ratio} × ${goal.peer}`
    : `at most ${goal.more} ${unit} more than ${goal.peer}`;
}

function isMet(goal: Goal, ours: number, peers: Peers): boolean {
  if ("all" in goal) return goal.all.every((part) => isMet(part, ours, peers));
  if ("ours" in goal) return ours <= goal.ours;
  if ("betterOf" in goal) {
    // A peer that was left out, or gave up, is no better than the rest.
    const best = Math.min(...goal.betterOf.flatMap((name) => peers[name] ?? []));
    return Number.isFinite(best) && ours <= best * goal.ratio;
  }
  const peer = peers[goal.peer];
  if (peer === undefined) return false;
  if ("atLeast" in goal) return ours >= peer * goal.atLeast;
  return "ratio" in goal ? ours <= peer * goal.ratio : ours <= peer + goal.more;
}
