import type { NodeDecision, Plan, PlanDecision, RunReport } from "@larder/pipeline";

/** `{ node: decision }` of a report. */
export function decisionsOf(report: RunReport): Record<string, NodeDecision> {
  return Object.fromEntries(report.nodes.map(({ node, decision }) => [node, decision]));
}

/** `{ node: decision }` of a plan. */
export function plannedIn(plan: Plan): Record<string, PlanDecision> {
  return Object.fromEntries(plan.nodes.map(({ node, decision }) => [node, decision]));
}

/** `{ node: reason }` of a report or plan. */
export function reasonsOf(report: RunReport | Plan): Record<string, string> {
  return Object.fromEntries(report.nodes.map(({ node, reason }) => [node, reason]));
}
