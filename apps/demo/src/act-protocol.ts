import type { JsonObject, JsonValue } from "@larder/core";
import type { PipelineGraph } from "@larder/pipeline";
import type { MakeDatabaseRequest, StepRequest } from "./database/database-protocol.js";
import type { FolioStepRequest, PublishFolioRequest } from "./folio/folio-protocol.js";

/** What the runner asks of a process it starts; crosses the line as JSON. */
export type ProcessRequest =
  | ActRequest
  | BackendCheckRequest
  | MakeDatabaseRequest
  | StepRequest
  | PublishFolioRequest
  | FolioStepRequest;

/** Put a user's backend through the conformance suite, in brief. */
export interface BackendCheckRequest {
  readonly task: "check-backend";
  /** Absolute path of the module whose default export is the backend, or makes one. */
  readonly file: string;
}

/** What came of the check. */
export type BackendCheckOutcome =
  | {
      readonly ok: true;
      readonly testsPassed: number;
      /** What is stored outlives the process, as far as the backend declares. */
      readonly persistent: boolean;
    }
  | FailedOutcome;

/** Run a pipeline once. */
export interface ActRequest {
  readonly task: "run";
  /** Absolute path of the module whose default export is the pipeline. */
  readonly pipelineFile: string;
  readonly inputs: Readonly<Record<string, ActInput>>;
  /** Which outputs to load; absent: those no node takes. */
  readonly outputs?: readonly string[];
  readonly cache: ActCache;
  /** A file of flights to look at before anything runs, so that a bad one is named in one sentence. */
  readonly flightsFile?: string;
}

/** The value of one input: JSON as it is, or a file by its absolute path. */
export type ActInput = { readonly value: JsonValue } | { readonly file: string };

/** Where an act keeps its results. */
export type ActCache =
  | { readonly kind: "directory"; readonly directory: string }
  | { readonly kind: "module"; readonly file: string; readonly clear: boolean }
  | { readonly kind: "none" };

/** What came of one node, as in the runner's report. */
export interface ActNode {
  readonly node: string;
  readonly decision: "miss" | "hit" | "skipped" | "no-cache" | "failed" | "not-run";
  readonly reason: string;
  readonly seconds: number;
  readonly savedSeconds: number;
  readonly rows: number | null;
  readonly bytes: number | null;
}

/** The graph of a pipeline, to be drawn. */
export type ActGraph = PipelineGraph;

/** Why a node ran, in words. */
export interface ActReason {
  readonly node: string;
  readonly because: string;
}

/** An output of a pipeline: for JSON, and for people. */
export interface ActOutput {
  readonly name: string;
  readonly value: JsonValue;
  /** A few lines. */
  readonly preview: string;
}

/** What an act hands back. */
export type ActOutcome =
  | {
      readonly ok: true;
      readonly processId: number;
      /** From the call of `run` to its result. */
      readonly seconds: number;
      readonly nodes: readonly ActNode[];
      readonly counters: JsonObject;
      readonly reasons: readonly ActReason[];
      readonly graph: ActGraph;
      readonly outputs: readonly ActOutput[];
    }
  | FailedOutcome;

/** What a process hands back when it could not do what it was asked. */
export interface FailedOutcome {
  readonly ok: false;
  readonly processId: number;
  /** One sentence for a person. */
  readonly message: string;
  readonly code: string;
}
