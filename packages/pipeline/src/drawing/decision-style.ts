import type { PlanDecision } from "../plan.js";
import type { NodeDecision } from "../report.js";

/** What a run did with a node, or what a plan says it would. */
export type DrawnDecision = NodeDecision | PlanDecision;

/** How a decision is shown: readable without colour. */
export interface DecisionStyle {
  readonly decision: DrawnDecision;
  readonly sign: string;
  /** For the legend. */
  readonly meaning: string;
  /** Colours of a box on white, for formats that don't know the reader's setting. */
  readonly fill: string;
  readonly edge: string;
}

/** Every decision, in the order of the legend; in pages, its colours are those of the class `decision-<name>`. */
export const decisionStyles: readonly DecisionStyle[] = [
  { decision: "miss", sign: "✗", meaning: "miss: ran, and was stored", fill: "#fbe3d6", edge: "#b4501e" },
  { decision: "depends", sign: "?", meaning: "depends: on what comes before", fill: "#e9def2", edge: "#6f3f9a" },
  { decision: "hit", sign: "✓", meaning: "hit: its result was read", fill: "#d9efdc", edge: "#2a7a3b" },
  {
    decision: "skipped",
    sign: "○",
    meaning: "skipped: a hit that nobody had to read",
    fill: "#e4eaf3",
    edge: "#587096",
  },
  { decision: "no-cache", sign: "–", meaning: "no-cache: ran, and was not stored", fill: "#f0ecdf", edge: "#7d6c35" },
  { decision: "failed", sign: "!", meaning: "failed", fill: "#f7cfd3", edge: "#a8192b" },
  {
    decision: "not-run",
    sign: "·",
    meaning: "not-run: what it reads was never made",
    fill: "#ffffff",
    edge: "#52606d",
  },
];

/** What the decisions of a plan mean, where that is something else than in a run. */
const plannedMeanings: Readonly<Partial<Record<DrawnDecision, string>>> = {
  miss: "miss: would run, and be stored",
  hit: "hit: its result is stored",
  "no-cache": "no-cache: would run, and not be stored",
};

/** The sign of a decision. */
export function signOf(decision: DrawnDecision): string {
  return decisionStyles.find((style) => style.decision === decision)?.sign ?? "?";
}

/** What a decision means, of a run or of a plan. */
export function meaningOf({ decision, meaning }: DecisionStyle, planned: boolean): string {
  return (planned ? plannedMeanings[decision] : undefined) ?? meaning;
}
