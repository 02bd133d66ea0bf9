import { type Benchmark, type Goal, toResult } from "../benchmark.js";
import { interleave, runCase } from "../run-case.js";

interface WorkersCase {
  readonly title: string;
  readonly options: object;
  readonly goal?: Goal;
}

/** The same run with worker threads and without: `ours` is with. */
export const workersBenchmark: Benchmark = {
  name: "workers",
  description: 'mode: "workers" beside "local": maps that keep a processor busy, small items, a large table',
  async *measure(effort) {
    const scale = effort.quick ? 0.1 : 1;
    // 1 ÷ 1.6
    const goal = { peer: "local", ratio: 0.625 };
    const cases: readonly WorkersCase[] = [
      {
        title: "a map of 2,000 items of about 2 ms",
        options: { what: "map", items: 2000 * scale, steps: 1_500_000 },
        goal,
      },
      {
        title: "a map of 20,000 items of about 0.1 ms",
        options: { what: "map", items: 20_000 * scale, steps: 75_000 },
      },
      { title: "a map of 100,000 trivial items", options: { what: "map", items: 100_000 * scale, steps: 1 } },
      { title: "the sum of a table of 10,000,000 rows", options: { what: "table", rows: 10_000_000 * scale } },
    ];
    for (const { title, options, goal: aim } of cases) {
      const output = await interleave(effort.quick ? 1 : Math.min(effort.runs, 5), {
        ours: () => runCase("workers", { ...options, mode: "workers" }),
        local: () => runCase("workers", { ...options, mode: "local" }),
      });
      yield toResult({
        benchmark: "workers",
        case: `${title}, ${effort.quick ? "a tenth of it, " : ""}threads started before`,
        unit: "ms",
        ...output,
        ...(aim === undefined ? {} : { goal: aim }),
      });
    }
  },
};
