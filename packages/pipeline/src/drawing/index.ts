// For pages of one's own around the graph of a pipeline, as its `toHtml()` is one.

export { type DecisionStyle, type DrawnDecision, decisionStyles, meaningOf, signOf } from "./decision-style.js";
export type { DrawingOptions, DrawnRun } from "./drawn-graph.js";
export { escapeHtml, shortened } from "./escape-html.js";
export { formatSeconds } from "./format-seconds.js";
export { graphStyle } from "./graph-style.js";
export { drawGraph } from "./graph-svg.js";
