import { join } from "node:path";
import { type Benchmark, type BenchmarkResult, type Effort, type Goal, toResult } from "../benchmark.js";
import { installPeers } from "../install-peers.js";
import { interleave, runCase, withFolder } from "../run-case.js";

const contenders = ["ours", "p-memoize"] as const;

/** What a map costs for each of its items, beside a memoized function called for each. */
export const mapBenchmark: Benchmark = {
  name: "map",
  description: "a node over 100,000 items: cold, nothing changed, ten changed; beside p-memoize with keyv-sqlite",
  async *measure(effort) {
    installPeers();
    const count = effort.quick ? 10_000 : 100_000;
    yield await cold(effort, count);
    yield* reruns(effort, count);
  },
};

const words = (count: number, what: string) =>
  `${count.toLocaleString("en-US")} items, ${what}, in a fresh process (opening included, imports not)`;

async function cold(effort: Effort, count: number): Promise<BenchmarkResult> {
  const run = (contender: string) => () =>
    withFolder((folder) =>
      runCase("map/one-run", { contender, count, directory: join(folder, "cache"), expectComputed: count }),
    );
  const output = await interleave(
    effort.quick ? 1 : 3,
    Object.fromEntries(contenders.map((name) => [name, run(name)])),
  );
  return toResult({ benchmark: "map", case: words(count, "nothing cached"), unit: "µs per item", ...output });
}

async function* reruns(effort: Effort, count: number): AsyncGenerator<BenchmarkResult> {
  const results = await withFolder(async (folder) => {
    const options = (contender: string) => ({ contender, count, directory: join(folder, contender) });
    for (const name of contenders) await runCase("map/one-run", { ...options(name), expectComputed: count });
    const measure = async (what: string, steps: () => () => object, goal?: Goal) => {
      const starts = contenders.map((name) => {
        const step = steps();
        return [name, () => runCase("map/one-run", { ...options(name), ...step() })] as const;
      });
      const output = await interleave(effort.runs, Object.fromEntries(starts));
      return toResult({
        benchmark: "map",
        case: words(count, what),
        unit: "µs per item",
        ...output,
        ...(goal ? { goal } : {}),
      });
    };
    return [
      await measure("nothing changed", () => () => ({ expectComputed: 0 }), { ours: 10 }),
      await measure("10 changed", countedEdits),
    ];
  });
  yield* results;
}

/** Counts for one contender: the same ten items are edited once more each time. */
function countedEdits(): () => object {
  let edited = 0;
  return () => ({ edited: ++edited, expectComputed: 10 });
}
