import { cpus, totalmem } from "node:os";
import { parseArgs } from "node:util";
import type { Benchmark, BenchmarkResult } from "./benchmark.js";
import { atlasBenchmark } from "./benchmarks/atlas.js";
import { cacheBenchmark } from "./benchmarks/cache.js";
import { cliBenchmark } from "./benchmarks/cli.js";
import { demoBenchmark } from "./benchmarks/demo.js";
import { digestBenchmark } from "./benchmarks/digest.js";
import { fetchBatchBenchmark } from "./benchmarks/fetch-batch.js";
import { folioBenchmark } from "./benchmarks/folio.js";
import { mapBenchmark } from "./benchmarks/map.js";
import { pipelineBenchmark } from "./benchmarks/pipeline.js";
import { storeBenchmark } from "./benchmarks/store.js";
import { tablesBenchmark } from "./benchmarks/tables.js";
import { workersBenchmark } from "./benchmarks/workers.js";
import { describeResult } from "./result-table.js";

const benchmarks: readonly Benchmark[] = [
  pipelineBenchmark,
  mapBenchmark,
  workersBenchmark,
  storeBenchmark,
  cacheBenchmark,
  digestBenchmark,
  tablesBenchmark,
  fetchBatchBenchmark,
  folioBenchmark,
  cliBenchmark,
  demoBenchmark,
  atlasBenchmark,
];

function help(): string {
  const list = benchmarks.map(({ name, description }) => `  ${name.padEnd(11)} ${description}`).join("\n");
  return `Usage: npm run bench [-- NAME…] [--json] [--quick]

Benchmarks (all, when none is named):
${list}

Options:
  --json    one JSON document on stdout: { machine, node, results: [{ benchmark, case, unit, betterIs, ours, peers,
            ratios, peakMegabytes, runs, goal, met }] }; a ratio is ours ÷ peer
  --quick   fewer runs: a look, not a measurement
  --help    this

Every figure is the median of runs interleaved with those of its peers. Compare ratios, not figures of different days.
`;
}

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { json: { type: "boolean" }, quick: { type: "boolean" }, help: { type: "boolean", short: "h" } },
  });
  if (values.help) {
    process.stdout.write(help());
    return;
  }
  const chosen = positionals.length === 0 ? benchmarks : positionals.map(findBenchmark);
  const effort = { runs: values.quick ? 3 : 7, quick: values.quick === true };
  const machine = `${cpus()[0]?.model ?? process.arch}, ${cpus().length} cores, ${Math.round(totalmem() / 2 ** 30)} GiB`;
  if (!values.json) process.stdout.write(`${machine}, Node ${process.versions.node}\n\n`);

  const results: BenchmarkResult[] = [];
  for (const benchmark of chosen) {
    for await (const result of benchmark.measure(effort)) {
      results.push(result);
      // With --json, stdout holds one document; the figures go to stderr as they come.
      (values.json ? process.stderr : process.stdout).write(`${describeResult(result)}\n`);
    }
  }
  if (values.json)
    process.stdout.write(`${JSON.stringify({ machine, node: process.versions.node, results }, null, 2)}\n`);
}

function findBenchmark(name: string): Benchmark {
  const found = benchmarks.find((each) => each.name === name);
  if (found) return found;
  throw new Error(`There is no benchmark "${name}". There are: ${benchmarks.map((each) => each.name).join(", ")}.`);
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
