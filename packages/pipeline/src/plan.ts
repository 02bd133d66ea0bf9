import type { ChangedPart } from "./report.js";

/**
 * What a run would do with a node.
 * - `hit`: its result is stored; it would not run.
 * - `miss`: it would run.
 * - `depends`: it would run, unless what is recomputed before it comes out as it was.
 * - `no-cache`: it is not cached and would run.
 */
export type PlanDecision = "hit" | "miss" | "depends" | "no-cache";

/** What a run would do with a node, and why. */
export interface PlannedNode {
  readonly node: string;
  readonly output: string;
  readonly decision: PlanDecision;
  readonly reason: string;
  readonly because: readonly ChangedPart[];
  /** Seconds the stored result took to make. */
  readonly savedSeconds: number;
  readonly rows: number | null;
  readonly bytes: number | null;
}

/** What a run would do. */
export interface Plan {
  readonly pipeline: string;
  readonly nodes: readonly PlannedNode[];
}

/** Why a node ran, or would run, or not. */
export interface Explanation {
  readonly node: string;
  readonly decision: PlanDecision | "skipped" | "failed" | "not-run";
  readonly reason: string;
  /** What differs from the last time the node was stored; empty for a hit, and when there was no last time. */
  readonly because: readonly ChangedPart[];
  /** Names of inputs that were not given, so that nothing can be said of them. */
  readonly unknownInputs: readonly string[];
}
