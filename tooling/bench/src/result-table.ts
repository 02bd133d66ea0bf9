import type { BenchmarkResult } from "./benchmark.js";

/** One result in a few lines: ours, each peer with its ratio, the aim. */
export function describeResult(result: BenchmarkResult): string {
  const runs = result.runs === 1 ? "1 run" : `${result.runs} runs`;
  const memory = result.peakMegabytes === null ? "" : `, at most ${Math.round(result.peakMegabytes)} MB`;
  const lines = [
    `${result.benchmark}: ${result.case}`,
    `  ours ${figure(result.ours)} ${result.unit}   (${runs}${memory})`,
  ];
  for (const [peer, value] of Object.entries(result.peers)) {
    lines.push(
      `  beside ${peer}: ${figure(value)} ${result.unit}, ratio ${(result.ratios[peer] ?? Number.NaN).toFixed(2)}`,
    );
  }
  if (result.goal !== null) lines.push(`  goal: ${result.goal}: ${result.met ? "reached" : "NOT REACHED"}`);
  return `${lines.join("\n")}\n`;
}

/** Three digits that count. */
export function figure(value: number): string {
  if (value >= 100) return value.toFixed(0);
  return value >= 10 ? value.toFixed(1) : value.toPrecision(3);
}
