import type { BlobRecord } from "@larder/core";
import { itemListCodec } from "./map/item-list.js";
import type { ItemCounts } from "./map/map-progress.js";
import type { ChangedPart, NodeDecision, NodeReport } from "./report.js";

/** What is known so far of a node in a run; becomes its {@link NodeReport}. */
export interface NodeProgress {
  readonly node: string;
  readonly output: string;
  decision?: NodeDecision;
  reason: string;
  because: readonly ChangedPart[];
  seconds: number;
  savedSeconds: number;
  rows: number | null;
  bytes: number | null;
  attempts: number;
  items: ItemCounts | null;
  /** Where its result lies, for tables. */
  storedUnder?: string;
  error?: { readonly error: unknown };
}

export function newProgress(node: string, output: string): NodeProgress {
  return {
    node,
    output,
    reason: "",
    because: [],
    seconds: 0,
    savedSeconds: 0,
    rows: null,
    bytes: null,
    attempts: 0,
    items: null,
  };
}

/** The part of a node's progress that is reported. */
export function reportOf(progress: NodeProgress): NodeReport {
  const { node, output, decision, reason, because, seconds, savedSeconds, rows, bytes, attempts, items } = progress;
  return {
    node,
    output,
    decision: decision ?? "not-run",
    reason,
    because,
    seconds,
    savedSeconds,
    rows,
    bytes,
    attempts,
    items,
  };
}

/** Notes what is stored of a node. */
export function recordFound(state: NodeProgress, record: BlobRecord, key: string): void {
  const rows = record.details?.rows;
  state.rows = typeof rows === "number" ? rows : null;
  state.bytes = record.byteLength;
  state.savedSeconds = record.costSeconds ?? 0;
  state.storedUnder = key;
  const total = record.codec === itemListCodec.name ? record.details?.items : undefined;
  if (typeof total === "number") state.items = { total, hits: total, misses: 0, failed: 0 };
}
