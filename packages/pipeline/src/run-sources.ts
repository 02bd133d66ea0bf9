import type { Clock } from "@larder/core";
import type { LimitFunction } from "p-limit";
import type { MissExplanation } from "./explain.js";
import type { FileDigests } from "./file-digests.js";
import type { DigestedInput } from "./input-digests.js";
import type { MapProgress } from "./map/map-progress.js";
import type { NodeCaller } from "./node-caller.js";
import type { NodeProgress } from "./node-progress.js";
import type { PreparedNode } from "./prepared-node.js";
import type { RunWarning } from "./report.js";
import type { ResultStore } from "./result-store.js";

/** What running nodes needs, the same for all nodes of a run. */
export interface RunSources {
  readonly pipelineName: string;
  /** In an order in which they can run. */
  readonly nodes: readonly PreparedNode[];
  readonly inputs: Readonly<Record<string, unknown>>;
  readonly digestedInputs: ReadonlyMap<string, DigestedInput>;
  /** `undefined` when caching is off; then no node is identified as cached. */
  readonly store: ResultStore | undefined;
  readonly fileDigests: FileDigests;
  readonly limit: LimitFunction;
  readonly caller: NodeCaller;
  readonly signal: AbortSignal;
  /** Whether runs elsewhere that compute the same are waited for. */
  readonly singleFlight: boolean;
  readonly clock: Clock;
  readonly warn: (warning: RunWarning) => void;
  /** Whether the results of maps are cached item by item. */
  readonly perItemCaching: boolean;
  /** Told how far a map has come, at most every 100 ms, and at its end. */
  readonly onMapProgress?: ((progress: MapProgress) => void) | undefined;
  /** Called when a node's function is about to be called. @param explained - why, where it is cached */
  readonly onStarted?: ((progress: NodeProgress, explained: Promise<MissExplanation> | undefined) => void) | undefined;
  /** Called once per node, when what becomes of it is settled. */
  readonly onSettled: (progress: NodeProgress) => void;
}
