import type { ItemCounts } from "../map/map-progress.js";
import type { ChangedPart, RunTotals } from "../report.js";

/**
 * What a runner tells those who watch it. Plain JSON. The shape of an event is fixed by its `schema`: fields may be added, but
 * none changes its meaning or goes; that takes a new version, such as `larder.pipeline.node-hit.v2`.
 *
 * Values never appear. Names of nodes and outputs do, and messages of errors, with what is secret in URLs shown as `***`.
 */
export type PipelineEvent =
  | RunStartedEvent
  | NodeStartedEvent
  | NodeMissedEvent
  | NodeHitEvent
  | NodeFinishedEvent
  | NodeFailedEvent
  | NodeNotRunEvent
  | MapProgressEvent
  | PipelineWarningEvent
  | RunFinishedEvent;

/** Is told of every event of a runner's runs. What it throws is shown as a warning of the process, and changes nothing. */
export type PipelineEventListener = (event: PipelineEvent) => void;

/** What every event says. */
export interface PipelineEventHead<Schema extends string> {
  readonly schema: Schema;
  /** Absolute time in milliseconds since 1970. */
  readonly at: number;
  readonly pipeline: string;
  /** The same in all events of one run, and in those of no other. */
  readonly run: string;
}

/** What every event of a node says. */
export interface NodeEventHead<Schema extends string> extends PipelineEventHead<Schema> {
  readonly node: string;
  readonly output: string;
}

/** A run has begun. It is the first event of a run. */
export interface RunStartedEvent extends PipelineEventHead<"larder.pipeline.run-started.v1"> {
  /** Names of what was asked for. */
  readonly outputs: readonly string[];
}

/** A node's function, or that of the first item of a map, is about to be called. */
export interface NodeStartedEvent extends NodeEventHead<"larder.pipeline.node-started.v1"> {}

/** No result was found of a node that is cached; told after it was started, before it has finished or failed. */
export interface NodeMissedEvent extends NodeEventHead<"larder.pipeline.node-missed.v1"> {
  /** In words: `first run`, `code changed`, … */
  readonly reason: string;
  /** What differs from the last time, as far as it is known. */
  readonly because: readonly ChangedPart[];
}

/** A stored result stands for the node. */
export interface NodeHitEvent extends NodeEventHead<"larder.pipeline.node-hit.v1"> {
  /** In words: `same key`, `same inputs`, `computed elsewhere`, `not needed`. */
  readonly reason: string;
  /** Whether it was read; if not, nobody needed it. */
  readonly read: boolean;
  /** Seconds it had taken to make. */
  readonly savedSeconds: number;
  /** Rows of the stored table; `null`: it is none. */
  readonly rows: number | null;
  readonly bytes: number | null;
  /** Of a map, what became of its items; otherwise `null`. */
  readonly items: ItemCounts | null;
}

/** A node has run. */
export interface NodeFinishedEvent extends NodeEventHead<"larder.pipeline.node-finished.v1"> {
  /** Whether its result is kept; storing it may still be under way. */
  readonly cached: boolean;
  /** Seconds its function took, over all attempts. */
  readonly seconds: number;
  readonly attempts: number;
  readonly rows: number | null;
  readonly bytes: number | null;
  readonly items: ItemCounts | null;
}

/** A node's function threw in its last attempt, or its time was up. */
export interface NodeFailedEvent extends NodeEventHead<"larder.pipeline.node-failed.v1"> {
  readonly message: string;
  /** The `code` of the error, where it has one that is a text; otherwise `null`. */
  readonly code: string | null;
  readonly seconds: number;
  readonly attempts: number;
  readonly items: ItemCounts | null;
}

/** A node can't run, or was not run any more. */
export interface NodeNotRunEvent extends NodeEventHead<"larder.pipeline.node-not-run.v1"> {
  /** In words: `what it reads was not made`, `the run was aborted`. */
  readonly reason: string;
}

/** How far a node over the items of a list has come: at most ten times in a second, and at its end. */
export interface MapProgressEvent extends NodeEventHead<"larder.pipeline.map-progress.v1"> {
  /** Items found, made or failed so far. */
  readonly done: number;
  readonly total: number;
  readonly hits: number;
  readonly failed: number;
}

/** Something a run survived. */
export interface PipelineWarningEvent extends PipelineEventHead<"larder.pipeline.warning.v1"> {
  readonly code: string;
  readonly message: string;
  /** `null`: it is of no node in particular. */
  readonly node: string | null;
}

/** A run has ended. It is the last event of a run. */
export interface RunFinishedEvent extends PipelineEventHead<"larder.pipeline.run-finished.v1"> {
  readonly outcome: "done" | "failed" | "aborted";
  readonly seconds: number;
  /** `null`: it ended before anything was decided. */
  readonly totals: RunTotals | null;
}
