// declaring

export type { CacheConfig } from "./cache-config.js";
export type { LineWriter } from "./cache-lines.js";
export {
  type BlobStore,
  type CreateStoresOptions,
  createStores,
  type MetaStore,
  type Stores,
} from "./deprecated/create-stores.js";
export type { NamedBackend } from "./deprecated/named-backend.js";
export type { DrawingOptions } from "./drawing/drawn-graph.js";
// what is told while it runs
export { pipelineChannelName } from "./events/event-sender.js";
export type {
  MapProgressEvent,
  NodeEventHead,
  NodeFailedEvent,
  NodeFinishedEvent,
  NodeHitEvent,
  NodeMissedEvent,
  NodeNotRunEvent,
  NodeStartedEvent,
  PipelineEvent,
  PipelineEventHead,
  PipelineEventListener,
  PipelineWarningEvent,
  RunFinishedEvent,
  RunStartedEvent,
} from "./events/pipeline-event.js";
export { FileInput, file } from "./file-input.js";
export { func } from "./func.js";
export type { FuncNode, FuncOptions, NodeBehavior, NodeContext, NodeFunction } from "./func-node.js";
export type { GraphEdge, GraphNode, PipelineGraph } from "./graph.js";
export { type ItemFailure, ItemsFailedError } from "./map/items-failed-error.js";
export type { ItemCounts } from "./map/map-progress.js";
export type { AsNodeOptions, PipelineNode } from "./nested/as-node.js";
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
