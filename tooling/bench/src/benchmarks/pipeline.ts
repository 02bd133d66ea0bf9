import { join } from "node:path";
import type { Benchmark, BenchmarkResult, Effort } from "../benchmark.js";
import { toResult } from "../benchmark.js";
import { interleave, runCase, withFolder } from "../run-case.js";
import { writeGraph } from "../write-graph.js";

const count = 1000;

/** What a pipeline costs beyond the functions in it, and what a run costs in which nothing has changed. */
export const pipelineBenchmark: Benchmark = {
  name: "pipeline",
  description: "1,000 nodes of about 1 ms: beside direct calls without a cache and cold, and a rerun that does nothing",
  async *measure(effort) {
    const uncached = writeGraph({ count, cache: false });
    const cached = writeGraph({ count, cache: true });
    yield* besideDirectCalls(effort, uncached, cached);
    yield await rerunInFreshProcess(effort, cached);
    for (const backend of ["memory", "disk"]) yield await rerunInSameProcess(effort, cached, backend);
  },
};

async function* besideDirectCalls(effort: Effort, uncached: string, cached: string): AsyncIterable<BenchmarkResult> {
  const cases = [
    { title: "caching off", graph: uncached, backend: "off", goal: { peer: "direct calls", ratio: 1.05 } },
    { title: "cold, MemoryCache", graph: cached, backend: "memory" },
    { title: "cold, DiskCache", graph: cached, backend: "disk" },
  ];
  for (const { title, graph, backend, goal } of cases) {
    const output = await interleave(effort.runs, {
      ours: () => withFolder((folder) => runCase("pipeline", { graph, backend, directory: join(folder, "cache") })),
      "direct calls": () => runCase("pipeline", { graph, backend: "direct" }),
    });
    yield toResult({
      benchmark: "pipeline",
      case: `1,000 nodes of about 1 ms, ${title}`,
      unit: "ms",
      ...output,
      ...(goal ? { goal } : {}),
    });
  }
}

function rerunInFreshProcess(effort: Effort, graph: string): Promise<BenchmarkResult> {
  return withFolder(async (folder) => {
    const options = { graph, backend: "disk", directory: join(folder, "cache") };
    await runCase("pipeline", options);
    const output = await interleave(effort.runs, {
      ours: () => runCase("pipeline", { ...options, expectNothingToRun: true }),
    });
    return toResult({
      benchmark: "pipeline",
      case: "rerun of 1,000 nodes, nothing changed, DiskCache, in a fresh process (opening included, imports not)",
      unit: "ms",
      ...output,
      goal: { ours: 50 },
    });
  });
}

function rerunInSameProcess(effort: Effort, graph: string, backend: string): Promise<BenchmarkResult> {
  return withFolder(async (folder) => {
    const options = { graph, backend, directory: join(folder, "cache"), reruns: effort.runs };
    const output = await runCase("pipeline", options);
    return toResult({
      benchmark: "pipeline",
      case: `rerun of 1,000 nodes, nothing changed, ${backend === "disk" ? "DiskCache" : "MemoryCache"}, in the same process`,
      unit: "ms",
      ...output,
      goal: { ours: 50 },
    });
  });
}
