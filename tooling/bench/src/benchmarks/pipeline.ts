import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { Benchmark, BenchmarkResult, Effort } from "../benchmark.js";
import { toResult } from "../benchmark.js";
import { type CaseOutput, interleave, runCase, withFolder } from "../run-case.js";
import { runTurbo } from "../run-turbo.js";
import { writeGraph } from "../write-graph.js";
import { writeTurboWorkspace } from "../write-turbo-workspace.js";

const count = 1000;

/** What a pipeline costs beyond the functions in it, and what a run costs in which nothing has changed. */
export const pipelineBenchmark: Benchmark = {
  name: "pipeline",
  description: "nodes of about 1 ms: beside direct calls, and reruns that do nothing, beside Turborepo's",
  async *measure(effort) {
    const uncached = writeGraph({ count, cache: false });
    const cached = writeGraph({ count, cache: true });
    yield* besideDirectCalls(effort, uncached, cached);
    yield await rerunInSameProcess(effort, count, "memory");
    for (const size of effort.quick ? [100, count] : [100, count, 10_000]) {
      yield await rerunInSameProcess(effort, size, "disk");
      yield await rerunInFreshProcess(effort, size);
    }
    yield* besideTurborepo(effort);
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

const nodes = (size: number) => `${size.toLocaleString("en-US")} nodes`;

/** What is aimed at for a rerun of 1,000 nodes. */
const rerunGoal = (size: number) => (size === count ? { goal: { ours: 50 } } : {});

function rerunInFreshProcess(effort: Effort, size: number): Promise<BenchmarkResult> {
  return withFolder(async (folder) => {
    const graph = writeGraph({ count: size, cache: true });
    const options = { graph, backend: "disk", directory: join(folder, "cache") };
    await runCase("pipeline", options);
    const output = await interleave(effort.runs, {
      ours: () => runCase("pipeline", { ...options, expectNothingToRun: true }),
    });
    return toResult({
      benchmark: "pipeline",
      case: `rerun of ${nodes(size)}, nothing changed, DiskCache, in a fresh process (opening included, imports not)`,
      unit: "ms",
      ...output,
      ...rerunGoal(size),
    });
  });
}

function rerunInSameProcess(effort: Effort, size: number, backend: string): Promise<BenchmarkResult> {
  return withFolder(async (folder) => {
    const graph = writeGraph({ count: size, cache: true });
    const options = { graph, backend, directory: join(folder, "cache"), reruns: effort.runs };
    const output = await runCase("pipeline", options);
    return toResult({
      benchmark: "pipeline",
      case: `rerun of ${nodes(size)}, nothing changed, ${backend === "disk" ? "DiskCache" : "MemoryCache"}, in the same process`,
      unit: "ms",
      ...output,
      ...rerunGoal(size),
    });
  });
}

/**
 * Turborepo's tasks are programs in packages, and its graph is read from files; so only what a person waits for is the same: from
 * the start of a program to its end, when all that it looked at is as it was.
 */
async function* besideTurborepo(effort: Effort): AsyncIterable<BenchmarkResult> {
  for (const size of effort.quick ? [100] : [100, count]) {
    yield await withFolder(async (folder) => {
      const workspace = join(folder, "workspace");
      mkdirSync(workspace);
      writeTurboWorkspace(workspace, size);
      await runTurbo(workspace, 0);
      const graph = writeGraph({ count: size, cache: true });
      const options = { graph, backend: "disk", directory: join(folder, "cache") };
      await runCase("pipeline", options);
      const output = await interleave(effort.runs, {
        ours: () => wholeProgram(() => runCase("pipeline", { ...options, expectNothingToRun: true })),
        turborepo: async () => ({ samples: { turborepo: [await runTurbo(workspace, size)] }, peakMegabytes: 0 }),
      });
      return toResult({
        benchmark: "pipeline",
        case: `nothing changed in ${nodes(size)}, from the start of the program to its end, beside as many tasks of Turborepo`,
        unit: "ms",
        ...output,
      });
    });
  }
}

/** The time of a whole program, Node and imports included, in the place of what it measured itself. */
async function wholeProgram(run: () => Promise<CaseOutput>): Promise<CaseOutput> {
  const started = performance.now();
  const { peakMegabytes } = await run();
  return { samples: { ours: [performance.now() - started] }, peakMegabytes };
}
