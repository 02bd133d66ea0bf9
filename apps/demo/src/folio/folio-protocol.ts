import type { JsonValue } from "@larder/core";
import type { ActCache, ActInput, FailedOutcome } from "../act-protocol.js";
import type { FolioStepName } from "./folio-steps.js";

/** Publish the ranking and the flights, as the cache of the other acts has them, or a change of the ranking. */
export interface PublishFolioRequest {
  readonly task: "publish-folio";
  /** Absolute path of the folder that is served. */
  readonly folder: string;
  readonly pipelineFile: string;
  readonly inputs: Readonly<Record<string, ActInput>>;
  readonly cache: ActCache;
  /** Absent: all items are published, under the name of whoever runs the demo. */
  readonly update?: { readonly updatedBy: string };
}

/** An item as it was published. */
export interface PublishedItem {
  readonly item: string;
  readonly kind: string;
  readonly bytes: number;
  readonly checksum: string;
  readonly updatedBy: string;
}

/** What came of it. */
export type PublishFolioOutcome =
  | {
      readonly ok: true;
      readonly processId: number;
      readonly seconds: number;
      readonly items: readonly PublishedItem[];
      /** The ranking as it is now. */
      readonly ranking: JsonValue;
      /** Rows of the flights. */
      readonly rows: number;
    }
  | FailedOutcome;

/** Read an item of the folio through the cache. */
export interface FolioStepRequest {
  readonly task: "folio-step";
  readonly step: FolioStepName;
  readonly url: string;
  /** Directory of the cache of folios. */
  readonly directory: string;
  /** The folder that is served, to compare what came. */
  readonly folder: string;
}

/** What a step gave, and said. */
export interface FolioStepResult {
  readonly ok: true;
  readonly processId: number;
  /** From the call of `get` to its end. */
  readonly seconds: number;
  /** Rows, or entries of a list. */
  readonly rows: number;
  /** Values that were compared with what was published. */
  readonly valuesCompared: number;
  /** What the folio warned of, in whole sentences. */
  readonly warnings: readonly string[];
  readonly peakMegabytes: number;
  /** The value of an item that is JSON. */
  readonly value: JsonValue;
}

/** What came of a step. */
export type FolioStepOutcome = FolioStepResult | FailedOutcome;

/** What the server was asked since it was last asked for it, counted there. */
export interface ServerCounts {
  readonly requests: number;
  /** Of the bodies of its answers. */
  readonly bytes: number;
}
