import type { BatchOptions, SampleOptions, TableFilter, TableScan } from "@larder/core";
import type { SentError } from "./sent-error.js";

/** One narrowing of a scan, as data. */
export type ScanStep =
  | { readonly step: "select"; readonly columns: readonly string[] }
  | { readonly step: "where"; readonly filter: TableFilter }
  | { readonly step: "slice"; readonly offset: number; readonly length: number | undefined }
  | { readonly step: "head"; readonly count: number }
  | { readonly step: "sample"; readonly count: number; readonly options: SampleOptions | undefined };

/** What the child is asked to do. */
export type ForeignOperation =
  | { readonly operation: "schema" | "count" | "explain" | "toArrow"; readonly steps: readonly ScanStep[] }
  /** Begins an iteration, from which `next` takes a batch. */
  | {
      readonly operation: "batches";
      readonly steps: readonly ScanStep[];
      readonly iteration: number;
      readonly options: BatchOptions | undefined;
    }
  | { readonly operation: "next" | "return"; readonly iteration: number };

/** What the parent says. */
export type ToChild =
  | {
      readonly kind: "start";
      readonly byteLength: number;
      readonly allocationBytes: number;
      readonly gapBytes: number;
    }
  | { readonly kind: "run"; readonly operation: ForeignOperation }
  /** Bytes of a range the child asked for, in order. */
  | { readonly kind: "bytes"; readonly range: number }
  | { readonly kind: "no-bytes"; readonly range: number };

/** What the child says. At most one operation runs at a time, so its answers need no number. */
export type FromChild =
  | { readonly kind: "ready" }
  | { readonly kind: "read"; readonly range: number; readonly start: number; readonly end: number }
  /** A table of so many bytes follows, as an Arrow stream in parts. */
  | { readonly kind: "table"; readonly byteLength: number }
  | { readonly kind: "part" }
  | { readonly kind: "answer"; readonly value: unknown }
  | { readonly kind: "failure"; readonly error: SentError };

/** The scan with all narrowings applied. */
export function replaySteps<ArrowTable>(
  scan: TableScan<ArrowTable>,
  steps: readonly ScanStep[],
): TableScan<ArrowTable> {
  return steps.reduce<TableScan<ArrowTable>>((narrowed, step) => applyStep(narrowed, step), scan);
}

/** The scan with one narrowing more. @throws what the narrowing throws */
export function applyStep<ArrowTable>(scan: TableScan<ArrowTable>, step: ScanStep): TableScan<ArrowTable> {
  switch (step.step) {
    case "select":
      return scan.select(step.columns);
    case "where":
      return scan.where(step.filter);
    case "slice":
      return scan.slice(step.offset, step.length);
    case "head":
      return scan.head(step.count);
    case "sample":
      return scan.sample(step.count, step.options);
  }
}
