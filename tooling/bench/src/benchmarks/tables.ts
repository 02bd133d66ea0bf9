import { type Benchmark, type BenchmarkResult, type Measured, toResult } from "../benchmark.js";
import { runCase, temporaryFolder } from "../run-case.js";
import { untilInterrupted } from "../until-interrupted.js";
import { type Comparison, compareContenders, type OperationOutput, type Place } from "./tables/compare-contenders.js";
import { type DataSet, dataSets } from "./tables/data-sets.js";
import { blocksOfTheEventLoop } from "./tables/event-loop.js";
import { type Operation, operationsOn } from "./tables/operations.js";

/** Reading and writing tables, beside what people would use instead: time, memory, and the same answer from all. */
export const tablesBenchmark: Benchmark = {
  name: "tables",
  description: "Parquet tables beside hyparquet, parquet-wasm, Polars, DuckDB, and Arrow IPC as the limit",
  async *measure({ quick }) {
    const leftOut: string[] = [];
    yield* untilInterrupted(async function* (signal) {
      for (const data of dataSets(quick)) yield* measureDataSet(data, signal, leftOut);
    });
    if (leftOut.length > 0) say(`Left out:\n  ${leftOut.join("\n  ")}`);
  },
};

async function* measureDataSet(
  data: DataSet,
  signal: AbortSignal,
  leftOut: string[],
): AsyncGenerator<BenchmarkResult, void, undefined> {
  const { folder, remove } = temporaryFolder();
  try {
    const place: Place = { folder, run: { signal, nodeArguments: data.nodeArguments }, say };
    const { shape, rows, idCounts, foreign, cold } = data;
    say(`${data.words}: making the files`);
    await runCase("tables/generate", { folder, shape, rows, idCounts, foreign, cold }, place.run);
    for (const operation of operationsOn(data)) {
      const comparison = await compareContenders(data, operation, place);
      leftOut.push(...comparison.leftOut.map((line) => `${data.words}: ${operation.words}: ${line}`));
      yield* resultsOf(data, operation, comparison);
    }
    yield* blocksOfTheEventLoop(data, place);
  } finally {
    remove();
  }
}

/** Time, memory, and what else was measured on the way. */
function* resultsOf(data: DataSet, { words, operation, goal }: Operation, { outputs }: Comparison) {
  const title = `${data.words}: ${words}`;
  const samples = (figures: (output: OperationOutput) => number[]): Readonly<Record<string, number[]>> =>
    Object.fromEntries([...outputs].map(([name, list]) => [name, list.flatMap(figures)]));
  const times = samples((output) => Object.values(output.samples).flat());
  const peaks = samples(({ peakMegabytes }) => [peakMegabytes]);
  const result = (title: string, unit: string, figures: Measured["samples"], more: Partial<Measured> = {}) =>
    toResult({ benchmark: "tables", case: title, unit, samples: figures, peakMegabytes: null, ...more });

  const ours = outputs.get("ours") ?? [];
  const peakMegabytes = Math.max(...ours.map((output) => output.peakMegabytes));
  yield result(title, "ms", times, { peakMegabytes, ...(goal && { goal }) });
  yield result(`${title}: most memory held`, "MB", peaks);
  if (operation === "full") {
    // Beside what the process held before: Node, and the libraries.
    const sizes = samples((output) => [(output.peakMegabytes - output.heldMegabytes) / output.arrowMegabytes]);
    yield result(`${title}: memory it took`, "× Arrow size", sizes, { goal: { ours: 2 } });
  }
  if (operation === "write") {
    yield result(
      `${title}: size of the file`,
      "MB",
      samples(({ fileBytes = Number.NaN }) => [fileBytes / 1e6]),
    );
  }
  if (operation === "head") {
    yield result(
      `${title}: loading the library before`,
      "ms",
      samples(({ loadMilliseconds }) => [loadMilliseconds]),
    );
  }
}

/** Progress, beside the results. */
function say(line: string): void {
  process.stderr.write(`tables: ${line}\n`);
}
