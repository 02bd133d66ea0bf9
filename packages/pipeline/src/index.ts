// declaring

export type { CacheConfig } from "./cache-config.js";
export type { LineWriter } from "./cache-lines.js";
export { FileInput, file } from "./file-input.js";
export { func } from "./func.js";
export type { FuncNode, FuncOptions, NodeBehavior, NodeContext, NodeFunction } from "./func-node.js";
export type { PipelineGraph } from "./graph.js";
export {
  type FinalOutputs,
  Pipeline,
  type PipelineInputs,
  type PipelineOptions,
  type PipelineOutputs,
} from "./pipeline.js";
export { type NodeFailure, PipelineError, type PipelineErrorOptions } from "./pipeline-error.js";
export type { Explanation, Plan, PlanDecision, PlannedNode } from "./plan.js";
// what is said of a run
export type {
  ChangedPart,
  NodeDecision,
  NodeReport,
  RunReport,
  RunReportJson,
  RunTotals,
  RunWarning,
} from "./report.js";
// running
export {
  type OutputNames,
  Runner,
  type RunnerOptions,
  type RunOptions,
  type RunResult,
  type WhyOptions,
} from "./runner.js";
