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
  /** Where its result lies, for tables. */
  storedUnder?: string;
  error?: { readonly error: unknown };
}

export function newProgress(node: string, output: string): NodeProgress {
  return { node, output, reason: "", because: [], seconds: 0, savedSeconds: 0, rows: null, bytes: null, attempts: 0 };
}

/** The part of a node's progress that is reported. */
export function reportOf(progress: NodeProgress): NodeReport {
  const { node, output, decision, reason, because, seconds, savedSeconds, rows, bytes, attempts } = progress;
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
  };
}
