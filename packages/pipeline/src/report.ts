import type { TableHandle } from "@larder/core";
import type { ItemCounts } from "./map/map-progress.js";

/**
 * What became of a node.
 * - `miss`: it ran, as no result was found.
 * - `hit`: its stored result was read.
 * - `skipped`: a hit that nobody needed; nothing was read.
 * - `no-cache`: it ran, as it is not cached.
 * - `failed`: its function threw, or its time was up.
 * - `not-run`: what it reads was never made, or the run was aborted.
 */
export type NodeDecision = "miss" | "hit" | "skipped" | "no-cache" | "failed" | "not-run";

/** One difference between the last time a node was stored and now. */
export type ChangedPart =
  | { readonly part: "code"; readonly file: string; readonly declaration: string }
  | { readonly part: "input"; readonly name: string; readonly path?: string }
  | { readonly part: "capture"; readonly name: string }
  | { readonly part: "environment"; readonly variable: string }
  | { readonly part: "option"; readonly option: string }
  | { readonly part: "parent"; readonly node: string };

/** What became of a node, and why. */
export interface NodeReport {
  readonly node: string;
  readonly output: string;
  readonly decision: NodeDecision;
  /** In words: `first run`, `code changed`, `same key`, `same inputs`, … */
  readonly reason: string;
  /** For a miss: what differs from the last time, as far as it is known. */
  readonly because: readonly ChangedPart[];
  /**
   * Seconds its function took, over all attempts; for a hit, seconds to read the result. For a node over the items of a
   * list, from the first look for an item to the end of the last.
   */
  readonly seconds: number;
  /** Seconds the stored result took to make, when it did not have to be made again. */
  readonly savedSeconds: number;
  /** Rows of the stored table; `null` when the result is no table or is not stored. */
  readonly rows: number | null;
  /** Stored bytes; `null` when the result is not stored. */
  readonly bytes: number | null;
  /** How often the function was called in this run. */
  readonly attempts: number;
  /** Of a node over the items of a list: how many there are, and what became of them. `null` for other nodes. */
  readonly items: ItemCounts | null;
}

/** Something a run survived. `message` is a whole sentence. */
export interface RunWarning {
  /** Stable, in kebab-case: `undigestable-input`, `captured-variable`, `uncacheable-value`, … */
  readonly code: string;
  readonly message: string;
  readonly node?: string;
}

/** Sums over a run. */
export interface RunTotals {
  readonly hits: number;
  readonly misses: number;
  readonly skipped: number;
  readonly uncached: number;
  readonly failed: number;
  readonly notRun: number;
  readonly savedSeconds: number;
}

/** What a run did, node by node, in an order in which they can run. */
export interface RunReport {
  readonly pipeline: string;
  /** Seconds from start to end. */
  readonly seconds: number;
  readonly nodes: readonly NodeReport[];
  readonly totals: RunTotals;
  readonly warnings: readonly RunWarning[];
  /**
   * The stored table of an output (or of a node, by its name); nothing is read until a scan is.
   *
   * @throws LarderError `unknown-output`; `not-stored` when there is no stored result, at once or when it is read
   */
  table(name: string): TableHandle;
  toJSON(): RunReportJson;
}

/** A report as plain data. */
export interface RunReportJson {
  readonly pipeline: string;
  readonly seconds: number;
  readonly nodes: readonly NodeReport[];
  readonly totals: RunTotals;
  readonly warnings: readonly RunWarning[];
}

/** Adds up a run. */
export function totalsOf(nodes: readonly NodeReport[]): RunTotals {
  const count = (decision: NodeDecision) => nodes.filter((node) => node.decision === decision).length;
  return {
    hits: count("hit"),
    misses: count("miss"),
    skipped: count("skipped"),
    uncached: count("no-cache"),
    failed: count("failed"),
    notRun: count("not-run"),
    savedSeconds: nodes.reduce((sum, node) => sum + node.savedSeconds, 0),
  };
}
