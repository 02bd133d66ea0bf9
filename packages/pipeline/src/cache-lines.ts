import pc from "picocolors";
import { counted, countedItems } from "./map/counted.js";
import type { ItemCounts } from "./map/map-progress.js";
import type { NodeDecision, RunWarning } from "./report.js";

/** Where lines go; `isTTY` allows colours. `process.stderr` is one. */
export interface LineWriter {
  write(text: string): unknown;
  readonly isTTY?: boolean;
  /** Cells in a line of the terminal. */
  readonly columns?: number;
}

/** Prints one line per node: `[CACHE] result: ✓ HIT`. */
export interface CacheLines {
  /** @param items - of a node over the items of a list, what became of them */
  node(output: string, decision: NodeDecision, seconds: number, items?: ItemCounts | null): void;
  warning(warning: RunWarning): void;
}

/** Lines to `writer`, coloured only on a terminal and when `NO_COLOR` is not set. */
export function createCacheLines(writer: LineWriter, env: NodeJS.ProcessEnv = process.env): CacheLines {
  const colour = pc.createColors(writer.isTTY === true && !env.NO_COLOR && env.TERM !== "dumb");
  const words: Record<NodeDecision, (seconds: string, items: ItemCounts | null) => string> = {
    miss: (seconds, items) =>
      colour.yellow(`✗ MISS (${seconds}s${items === null ? "" : `, ${part(items.misses, items.total)}`})`),
    hit: (_, items) => colour.green(`✓ HIT${items === null ? "" : ` (${countedItems(items.total)})`}`),
    skipped: (_, items) => colour.dim(`○ HIT (skipped${items === null ? "" : `, ${countedItems(items.total)}`})`),
    "no-cache": (_, items) => colour.dim(`NO-CACHE${items === null ? "" : ` (${part(items.misses, items.total)})`}`),
    failed: (seconds, items) =>
      colour.red(`✗ FAILED (${seconds}s${items === null ? "" : `, ${part(items.failed, items.total)}`})`),
    "not-run": () => colour.dim("– NOT RUN"),
  };
  const print = (text: string) => writer.write(`${colour.dim("[CACHE]")} ${text}\n`);
  return {
    node: (output, decision, seconds, items = null) =>
      void print(`${output}: ${words[decision](seconds.toFixed(2), items)}`),
    warning: ({ message }) => void print(colour.yellow(`warning: ${message}`)),
  };
}

/** `10 of 100,000 items`. */
function part(count: number, total: number): string {
  return `${counted(count)} of ${countedItems(total)}`;
}
