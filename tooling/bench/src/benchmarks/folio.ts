import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Benchmark, type BenchmarkResult, type Effort, type Goal, toResult } from "../benchmark.js";
import { type CaseOutput, interleave, runCase, withFolder } from "../run-case.js";

/**
 * One as remotes are; and one on this machine, as fast as it can be, which shows what the cache costs where nothing is waited
 * for. Nothing is aimed at there: such a remote is as near as the cache.
 */
const remotes = [
  { where: "20 ms away, 100 MB/s", latencyMs: 20, megabytesPerSecond: 100 },
  { where: "on this machine", latencyMs: 0, megabytesPerSecond: 0 },
] as const;

/** Reading a remote bundle through its cache, beside plain fetch and a cache of whole files. */
export const folioBenchmark: Benchmark = {
  name: "folio",
  description:
    "a remote bundle: repeated and first reads, 1,000 look-ups, many small items, columns of a remote table; beside fetch and whole-file caching",
  async *measure(effort) {
    yield* await withFolder(async (folder) => {
      const published = join(folder, "published");
      await runCase("folio/publish", { folder: published, rows: effort.quick ? 300_000 : 3_000_000 });
      const results: BenchmarkResult[] = [];
      for (const remote of remotes) {
        await withRemote({ ...remote, folder: published }, async (url) => {
          results.push(...(await reads(effort, { url, ...remote, folder, published })));
          if (remote.latencyMs > 0) results.push(...(await columns(effort, url, folder)));
        });
      }
      results.push(...(await smallItems(effort, folder)));
      return results;
    });
  },
};

interface Place {
  readonly url: string;
  readonly where: string;
  readonly latencyMs: number;
  readonly folder: string;
  readonly published: string;
}

async function reads(effort: Effort, { url, where, latencyMs, folder, published }: Place): Promise<BenchmarkResult[]> {
  const results: BenchmarkResult[] = [];
  const aim = (goal: Goal): Goal | undefined => (latencyMs > 0 ? goal : undefined);
  for (const [item, what] of [
    ["document", "a JSON item of 1,000 rows"],
    ["weights", "64 MB"],
  ] as const) {
    const digest = digestOf(published, item);
    const read = (contender: string, options: object) => () =>
      runCase("folio/read", { contender, url, item, digest, ...options });
    const directory = (name: string) => join(folder, `cache-${name}`);
    const first = (contender: string) => async () => {
      rmSync(directory(contender), { recursive: true, force: true });
      return read(contender, { directory: directory(contender), times: 1 })();
    };
    const uncached = await interleave(effort.quick ? 2 : effort.runs, {
      ours: first("ours"),
      uncached: read("uncached", { times: 1 }),
      fetch: read("fetch", { times: 1 }),
      "whole-file": first("whole-file"),
    });
    const noSlower: Goal = { peer: "uncached", ratio: 1.05 };
    results.push(result(`${what}, first read, remote ${where}`, uncached, aim(noSlower)));
    const again = (contender: string) => read(contender, { directory: directory(contender), times: 5, warmup: 1 });
    const repeated = await interleave(effort.quick ? 1 : 3, {
      ours: again("ours"),
      uncached: again("uncached"),
      fetch: again("fetch"),
      "whole-file": again("whole-file"),
    });
    results.push(result(`${what}, read again, remote ${where}`, repeated, aim({ peer: "uncached", ratio: 0.1 })));
  }
  return results;
}

async function columns(effort: Effort, url: string, folder: string): Promise<BenchmarkResult[]> {
  const run = (name: string, columns?: readonly string[]) => {
    const directory = join(folder, `columns-${name}`);
    rmSync(directory, { recursive: true, force: true });
    return runCase<CaseOutput & { readonly bytes: number }>("folio/columns", { url, directory, columns });
  };
  const some: number[] = [];
  const all: number[] = [];
  const milliseconds = { ours: [] as number[], "all columns": [] as number[] };
  for (let time = 0; time < (effort.quick ? 1 : 3); time += 1) {
    const part = await run("some", ["a", "c", "f"]);
    const whole = await run("all");
    some.push(part.bytes);
    all.push(whole.bytes);
    milliseconds.ours.push(...part.samples.ours!);
    milliseconds["all columns"].push(...whole.samples.ours!);
  }
  return [
    toResult({
      benchmark: "folio",
      case: "3 of 7 columns of a remote table: bytes downloaded",
      unit: "MB",
      samples: { ours: some.map((bytes) => bytes / 1e6), "whole file": all.map((bytes) => bytes / 1e6) },
      peakMegabytes: null,
    }),
    result("3 of 7 columns of a remote table: time", { samples: milliseconds, peakMegabytes: 0 }),
  ];
}

async function smallItems(effort: Effort, folder: string): Promise<BenchmarkResult[]> {
  const items = effort.quick ? 1000 : 10_000;
  const published = join(folder, "many");
  await runCase("folio/publish", { folder: published, items });
  const remote = { folder: published, latencyMs: 0, megabytesPerSecond: 0 };
  return withRemote(remote, async (url) => {
    const directory = join(folder, "cache-many");
    const many = items.toLocaleString("en-US");
    const fill = (contender: string) => () => runCase("folio/fill", { contender, url, directory, items });
    const filled = await interleave(effort.quick ? 2 : 3, { fetch: fill("fetch"), ours: fill("ours") });
    const output = await runCase("folio/look-ups", { url, directory, items, lookUps: 1000, rounds: effort.runs });
    return [
      result(`${many} small items brought into the cache, 4 at a time`, filled, { ours: items }),
      result(`1,000 look-ups among ${many} cached items`, output, { ours: 100 }),
    ];
  });
}

function result(name: string, { samples, peakMegabytes }: CaseOutput, goal?: Goal): BenchmarkResult {
  const common = { benchmark: "folio", case: name, unit: "ms", samples };
  return toResult({ ...common, peakMegabytes: peakMegabytes || null, ...(goal && { goal }) });
}

/** SHA-256 of what an item is: of its bytes, or of the text of its JSON without spaces. */
function digestOf(published: string, item: string): string {
  const manifest = JSON.parse(readFileSync(join(published, "items.json"), "utf8")) as {
    readonly items: Readonly<Record<string, { readonly file: string }>>;
  };
  const bytes = readFileSync(join(published, manifest.items[item]!.file));
  const content = item === "document" ? JSON.stringify(JSON.parse(bytes.toString())) : bytes;
  return createHash("sha256").update(content).digest("hex");
}

/** Serves a folder by a process of its own while `work` runs. */
async function withRemote<Result>(
  options: { readonly folder: string; readonly latencyMs: number; readonly megabytesPerSecond: number },
  work: (url: string) => Promise<Result>,
): Promise<Result> {
  const program = fileURLToPath(new URL("../../cases/folio/remote.mjs", import.meta.url));
  const server = spawn(process.execPath, [program, JSON.stringify(options)], { stdio: ["pipe", "pipe", "inherit"] });
  try {
    const port = await new Promise<string>((resolve, reject) => {
      server.stdout.once("data", (text) => resolve(String(text).trim()));
      server.once("error", reject).once("close", () => reject(new Error("The remote of the benchmark ended.")));
    });
    return await work(`http://127.0.0.1:${port}`);
  } finally {
    server.kill("SIGKILL");
  }
}
