import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { type Benchmark, type BenchmarkResult, type Effort, median, toResult } from "../benchmark.js";
import { installPeers } from "../install-peers.js";
import { type CaseOutput, runCase, temporaryFolder } from "../run-case.js";

/** A case that times a first call in a fresh process apart from later ones. */
interface CallsOutput {
  readonly samples: { readonly first: readonly number[]; readonly later: readonly number[] };
  readonly answers?: readonly string[];
  readonly peakMegabytes: number;
}

/** What filling a dataset came to. */
interface FillOutput extends CaseOutput {
  readonly statistics: { readonly storedBytes: number; readonly compactedBytes: number; readonly parts: number };
  readonly fillMilliseconds: number;
}

const table = "flights";
const sqlite = ["better-sqlite3 by key", "better-sqlite3 json_each"];

/** The cache before a database: storing, looking up, finding what is missing, and what it costs beside the fetcher alone. */
export const fetchBatchBenchmark: Benchmark = {
  name: "fetch-batch",
  description: "getData on cached rows beside DuckDB and SQLite; what storing, missing sets and cold fetches cost",
  async *measure(effort) {
    installPeers();
    const { folder, remove } = temporaryFolder();
    try {
      const directory = join(folder, "cache");
      mkdirSync(directory);
      yield* coldFetch(effort, folder);
      const sizes = effort.quick ? [1_000, 10_000, 100_000] : [1_000, 10_000, 100_000, 1_000_000, 10_000_000];
      yield* storing(effort, folder, directory, sizes);
    } finally {
      remove();
    }
  },
};

/** Fills one dataset further and further; at the sizes that are looked up in, all else is measured on it. */
async function* storing(
  effort: Effort,
  folder: string,
  directory: string,
  sizes: readonly number[],
): AsyncGenerator<BenchmarkResult> {
  let from = 0;
  let few: number | undefined;
  for (const rows of sizes) {
    const batch = Math.min(Math.max(1000, rows / 10), 100_000);
    say(`storing up to ${words(rows)} rows`);
    const filled = await runCase<FillOutput>("fetch-batch/fill", {
      directory,
      table,
      from,
      rows,
      batch,
      appends: effort.quick ? 5 : 25,
    });
    from = rows;
    const cost = median(filled.samples.ours ?? []);
    few ??= cost;
    yield toResult({
      benchmark: "fetch-batch",
      case: `storing 1,000 rows beside ${words(rows)}`,
      unit: "ms",
      samples: { ...filled.samples, [words(sizes[0]!)]: [few] },
      peakMegabytes: filled.peakMegabytes,
      goal: { peer: words(sizes[0]!), ratio: 2 },
    });
    const { storedBytes, compactedBytes } = filled.statistics;
    yield toResult({
      benchmark: "fetch-batch",
      case: `bytes written by merging, of ${words(rows)} rows, for each byte stored`,
      unit: "bytes",
      samples: { ours: [compactedBytes / storedBytes] },
      peakMegabytes: filled.peakMegabytes,
      goal: { ours: 10 },
    });
    if (rows < sizes.at(-2)!) continue;
    yield* lookingUp(effort, folder, directory, rows);
  }
  yield* missing(effort, directory, sizes.at(-1)!);
  yield* streaming(directory, sizes.at(-1)!);
}

async function* lookingUp(
  effort: Effort,
  folder: string,
  directory: string,
  rows: number,
): AsyncGenerator<BenchmarkResult> {
  const file = join(folder, `${rows}.sqlite`);
  say(`looking up in ${words(rows)} rows`);
  await runCase("fetch-batch/compact", { directory, table });
  await runCase("fetch-batch/fill-sqlite", { file, rows });
  const count = effort.quick ? 1000 : 100_000;
  const names = ["ours", "duckdb", ...sqlite];
  const first: Record<string, number[]> = {};
  const later: Record<string, number[]> = {};
  const answers = new Map<string, string>();
  let peakMegabytes = 0;
  for (let run = 0; run < (effort.quick ? 1 : 3); run++) {
    for (const contender of names) {
      const output = await runCase<CallsOutput>("fetch-batch/look-up", {
        contender,
        directory,
        table,
        file,
        rows,
        count,
        calls: effort.quick ? 1 : 5,
      });
      add(first, contender, output.samples.first);
      add(later, contender, output.samples.later);
      answers.set(contender, JSON.stringify(output.answers));
      if (contender === "ours") peakMegabytes = Math.max(peakMegabytes, output.peakMegabytes);
    }
  }
  for (const [name, answer] of answers) {
    if (answer !== answers.get("ours")) throw new Error(`${name} gave another answer than ours: ${answer}`);
  }
  for (const [what, samples] of Object.entries({ "first call": first, "later calls": later })) {
    const [fastest] = [...sqlite].sort((a, b) => median(samples[a] ?? []) - median(samples[b] ?? []));
    yield toResult({
      benchmark: "fetch-batch",
      case: `${words(count)} ids × 4 columns of ${words(rows)} rows, ${what}`,
      unit: "ms",
      samples,
      peakMegabytes,
      goal: { peer: fastest!, ratio: 1 },
    });
  }
}

async function* missing(effort: Effort, directory: string, rows: number): AsyncGenerator<BenchmarkResult> {
  const count = effort.quick ? 10_000 : 1_000_000;
  const goals = { sorted: 20, unsorted: 150 };
  for (const [order, goal] of Object.entries(goals)) {
    const options = { directory, table, rows, count, order, calls: effort.runs };
    const { samples, peakMegabytes } = await runCase<CallsOutput>("fetch-batch/missing", options);
    for (const [what, figures] of Object.entries({ "first call": samples.first, "later calls": samples.later })) {
      yield toResult({
        benchmark: "fetch-batch",
        case: `which of ${words(count)} ids lack one of 4 columns, of ${words(rows)} rows, ${order}, ${what}`,
        unit: "ms",
        samples: { ours: figures },
        peakMegabytes,
        ...(what === "later calls" && { goal: { ours: goal } }),
      });
    }
  }
}

async function* streaming(directory: string, rows: number): AsyncGenerator<BenchmarkResult> {
  const { peakMegabytes } = await runCase("fetch-batch/stream", { directory, table, rows, memoryLimitBytes: 2 ** 30 });
  yield toResult({
    benchmark: "fetch-batch",
    case: `streaming all ${words(rows)} rows: most memory held`,
    unit: "MB",
    samples: { ours: [peakMegabytes] },
    peakMegabytes,
    goal: { ours: 2000 },
  });
}

async function* coldFetch(effort: Effort, folder: string): AsyncGenerator<BenchmarkResult> {
  const rows = effort.quick ? 10_000 : 1_000_000;
  const file = join(folder, "cold.sqlite");
  say(`fetching ${words(rows)} rows from SQLite`);
  await runCase("fetch-batch/fill-sqlite", { file, rows });
  const samples: Record<string, number[]> = {};
  const peaks: Record<string, number[]> = {};
  for (let run = 0; run < (effort.quick ? 1 : 3); run++) {
    for (const contender of ["ours", "the fetcher alone"]) {
      const directory = join(folder, `cold-${run}`);
      const output = await runCase("fetch-batch/cold", { contender, directory, file, rows });
      add(samples, contender, Object.values(output.samples).flat());
      add(peaks, contender, [output.peakMegabytes]);
    }
  }
  const of = `a cold fetch of ${words(rows)} rows × 4 columns from SQLite`;
  const peakMegabytes = Math.max(...(peaks.ours ?? []));
  yield toResult({
    benchmark: "fetch-batch",
    case: of,
    unit: "ms",
    samples,
    peakMegabytes,
    goal: { peer: "the fetcher alone", ratio: 1.1 },
  });
  yield toResult({
    benchmark: "fetch-batch",
    case: `${of}: most memory held`,
    unit: "MB",
    samples: peaks,
    peakMegabytes,
  });
}

function add(samples: Record<string, number[]>, contender: string, figures: readonly number[]): void {
  samples[contender] = [...(samples[contender] ?? []), ...figures];
}

function words(count: number): string {
  return count.toLocaleString("en");
}

function say(text: string): void {
  process.stderr.write(`${text}\n`);
}
