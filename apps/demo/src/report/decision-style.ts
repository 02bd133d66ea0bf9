import type { ActNode } from "../act-protocol.js";

/** How a decision is shown: readable without colour. */
export interface DecisionStyle {
  readonly decision: ActNode["decision"];
  readonly sign: string;
  /** For the legend. */
  readonly meaning: string;
}

/** Every decision, in the order of the legend; its colours are the class `decision-<name>` of the page's style. */
export const decisionStyles: readonly DecisionStyle[] = [
  { decision: "miss", sign: "✗", meaning: "miss: ran, and was stored" },
  { decision: "hit", sign: "✓", meaning: "hit: its result was read" },
  { decision: "skipped", sign: "○", meaning: "skipped: a hit that nobody had to read" },
  { decision: "no-cache", sign: "–", meaning: "no-cache: ran, and was not stored" },
  { decision: "failed", sign: "!", meaning: "failed" },
  { decision: "not-run", sign: "·", meaning: "not-run: what it reads was never made" },
];

/** The sign of a decision. */
export function signOf(decision: ActNode["decision"]): string {
  return decisionStyles.find((style) => style.decision === decision)?.sign ?? "?";
}
