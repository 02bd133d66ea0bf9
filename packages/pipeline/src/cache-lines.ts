import pc from "picocolors";
import type { NodeDecision, RunWarning } from "./report.js";

/** Where lines go; `isTTY` allows colours. `process.stderr` is one. */
export interface LineWriter {
  write(text: string): unknown;
  readonly isTTY?: boolean;
}

/** Prints one line per node: `[CACHE] result: ✓ HIT`. */
export interface CacheLines {
  node(output: string, decision: NodeDecision, seconds: number): void;
  warning(warning: RunWarning): void;
}

/** Lines to `writer`, coloured only on a terminal and when `NO_COLOR` is not set. */
export function createCacheLines(writer: LineWriter, env: NodeJS.ProcessEnv = process.env): CacheLines {
  const colour = pc.createColors(writer.isTTY === true && !env.NO_COLOR && env.TERM !== "dumb");
  const words: Record<NodeDecision, (seconds: string) => string> = {
    miss: (seconds) => colour.yellow(`✗ MISS (${seconds}s)`),
    hit: () => colour.green("✓ HIT"),
    skipped: () => colour.dim("○ HIT (skipped)"),
    "no-cache": () => colour.dim("NO-CACHE"),
    failed: (seconds) => colour.red(`✗ FAILED (${seconds}s)`),
    "not-run": () => colour.dim("– NOT RUN"),
  };
  const print = (text: string) => writer.write(`${colour.dim("[CACHE]")} ${text}\n`);
  return {
    node: (output, decision, seconds) => void print(`${output}: ${words[decision](seconds.toFixed(2))}`),
    warning: ({ message }) => void print(colour.yellow(`warning: ${message}`)),
  };
}
