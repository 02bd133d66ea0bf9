import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Benchmark, type BenchmarkResult, type Effort, type Goal, toResult } from "../benchmark.js";
import { installPeers } from "../install-peers.js";
import { interleave, runCase, withFolder } from "../run-case.js";

/** Caches that keep what they hold in files, in the order in which they are shown. */
const persistent = ["better-sqlite3", "classic-level", "keyv-sqlite", "cacache", "bentocache"];
const everyone = ["ours", "lmdb", ...persistent];
/** Those that have brought what they acknowledge to disk, as ours does. */
const synced = ["better-sqlite3 (synced)", "classic-level (synced)"];

const sizes = [
  { bytes: 100, words: "100 B" },
  { bytes: 1024, words: "1 KB" },
  { bytes: 100 * 1024, words: "100 KB" },
  { bytes: 10 * 1024 * 1024, words: "10 MB" },
];

/** `Cache` on `DiskCache`, every byte checked, beside stores that people would use instead. */
export const cacheBenchmark: Benchmark = {
  name: "cache",
  description: "a shared disk cache beside raw LMDB, SQLite, LevelDB, cacache, keyv, bentocache, Python's diskcache",
  async *measure(effort) {
    installPeers();
    yield* oneProcess(effort);
    yield* fourProcesses(effort);
    yield* manyKeys(effort);
  },
};

async function* oneProcess(effort: Effort): AsyncGenerator<BenchmarkResult> {
  for (const operation of ["hit", "miss", "set", "set in flight", "getOrSet hit"]) {
    for (const { bytes, words } of sizes) {
      if (operation === "miss" && bytes !== 1024) continue; // nothing of any size is moved
      // 64 of 10 MB are more memory than is to be measured.
      if (operation === "set in flight" && bytes > 1_000_000) continue;
      const rounds = effort.quick ? 2 : 5;
      const milliseconds = (effort.quick ? 60 : 200) * (bytes > 1_000_000 ? 3 : 1);
      const output = await withFolder((directory) =>
        runCase("cache/one-process", {
          directory,
          operation,
          bytes,
          names: operation.startsWith("set") ? [...everyone, ...synced] : everyone,
          rounds,
          milliseconds,
        }),
      );
      const python = await withFolder(async (directory) =>
        runPython({ directory, operation, bytes, rounds, milliseconds }),
      );
      yield toResult({
        benchmark: "cache",
        case: `${operation}${operation === "miss" ? "" : ` of ${words}`}`,
        unit: "µs",
        samples: { ...output.samples, ...python },
        peakMegabytes: output.peakMegabytes,
        ...goalOf(operation, bytes),
      });
    }
  }
}

function goalOf(operation: string, bytes: number): { goal?: Goal } {
  if (operation === "hit" && bytes === 1024) return { goal: { peer: "lmdb", ratio: 2 } };
  if (operation === "getOrSet hit" && bytes === 1024) return { goal: { peer: "keyv-sqlite", ratio: 1 / 20 } };
  if (operation === "set" && bytes === 1024) return { goal: { peer: "cacache", ratio: 1 / 5 } };
  return {};
}

async function* fourProcesses(effort: Effort): AsyncGenerator<BenchmarkResult> {
  const modes: { mode: string; words: string; names: string[]; goal?: Goal }[] = [
    { mode: "mixed", words: "80 % gets, 20 % sets, each awaited, 1 KB", names: everyone },
    {
      mode: "sets",
      words: "64 sets of 1 KB in flight in each",
      names: ["ours", "lmdb", "better-sqlite3", "better-sqlite3 (synced)", "keyv-sqlite", "cacache", "bentocache"],
      goal: { peer: "lmdb", atLeast: 0.5 },
    },
  ];
  for (const { mode, words, names, goal } of modes) {
    const output = await withFolder((directory) =>
      runCase("cache/four-processes", {
        directory,
        mode,
        bytes: 1024,
        // LevelDB lets one process in at a time.
        names: names.filter((name) => name !== "classic-level"),
        rounds: effort.quick ? 1 : 3,
        milliseconds: effort.quick ? 300 : 1000,
      }),
    );
    yield toResult({
      benchmark: "cache",
      case: `4 processes, ${words}`,
      unit: "thousand operations a second",
      betterIs: "higher",
      ...output,
      ...(goal && { goal }),
    });
  }
}

async function* manyKeys(effort: Effort): AsyncGenerator<BenchmarkResult> {
  const keys = effort.quick ? 100_000 : 1_000_000;
  const tagged = keys / 100;
  const opened = ["ours", "lmdb", "better-sqlite3", "classic-level"];
  yield* await withFolder(async (directory) => {
    const run = (name: string, step: string) =>
      runCase("cache/many-keys", { directory: join(directory, name), name, step, keys, tagged });
    const filled = await interleave(1, Object.fromEntries(opened.map((name) => [name, () => run(name, "fill")])));
    const opening = await interleave(
      effort.quick ? 2 : 5,
      Object.fromEntries(opened.map((name) => [name, () => run(name, "open")])),
    );
    const evicting = await interleave(
      1,
      Object.fromEntries(["ours", "better-sqlite3"].map((name) => [name, () => run(name, "evict")])),
    );
    const words = keys.toLocaleString("en");
    return [
      toResult({
        benchmark: "cache",
        case: `writing ${words} keys of 100 B with a tag each, 1,000 at once`,
        unit: "ms",
        ...filled,
      }),
      toResult({ benchmark: "cache", case: `opening with ${words} keys, and one hit`, unit: "ms", ...opening }),
      toResult({
        benchmark: "cache",
        case: `evicting one tag of ${tagged.toLocaleString("en")} entries among ${words}`,
        unit: "ms",
        ...evicting,
      }),
    ];
  });
}

/** Python's diskcache, where it is installed for a Python that is found; else nothing. */
function runPython(options: {
  directory: string;
  operation: string;
  bytes: number;
  rounds: number;
  milliseconds: number;
}) {
  const program = fileURLToPath(new URL("../../cases/cache/python-diskcache.py", import.meta.url));
  for (const python of ["python3", "/usr/bin/python3"]) {
    if (spawnSync(python, ["-c", "import diskcache"]).status !== 0) continue;
    const { status, stdout, stderr } = spawnSync(python, [program, JSON.stringify(options)], { encoding: "utf8" });
    if (status !== 0) throw new Error(`python-diskcache.py failed:\n${stderr}`);
    return { "diskcache (Python)": JSON.parse(stdout) as number[] };
  }
  return {};
}
