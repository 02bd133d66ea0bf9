import { Cache, MemoryCache } from "@larder/core";
import { DiskCache } from "@larder/disk-cache";
import type { PipelineEventListener, Runner } from "@larder/pipeline";
import { cachesIn } from "../caches/cache-on-disk.js";
import { directoryForRuns } from "../caches/find-caches.js";
import type { CommandContext } from "../commands/command-context.js";
import { type LoadedPipeline, loadPipeline } from "./load-pipeline.js";
import { readInputs } from "./read-inputs.js";

/** A pipeline, ready to be run or asked about. */
export interface OpenRunner extends LoadedPipeline {
  readonly runner: Runner;
  readonly inputs: Readonly<Record<string, unknown>>;
  readonly cache: Cache;
  /** Where results are kept; `undefined`: nowhere. */
  readonly directory: string | undefined;
}

/** How it is opened. */
export interface OpenRunnerOptions {
  /** Where there is no cache yet, none is made. */
  readonly lookOnly: boolean;
  readonly onEvent?: PipelineEventListener | undefined;
}

/** Loads the pipeline that the command line names, with the cache of its results, and closes that afterwards. */
export async function withRunner<Result>(
  context: CommandContext,
  { lookOnly, onEvent }: OpenRunnerOptions,
  use: (open: OpenRunner) => Promise<Result>,
): Promise<Result> {
  const { output, surroundings } = context;
  if (!output.json) return openRunner(context, { lookOnly, onEvent }, use);
  // What nodes print must not get into the JSON.
  const { stdout, stderr } = surroundings;
  const own = stdout.write;
  stdout.write = stderr.write.bind(stderr) as typeof stdout.write;
  try {
    return await openRunner(context, { lookOnly, onEvent }, use);
  } finally {
    stdout.write = own;
  }
}

async function openRunner<Result>(
  context: CommandContext,
  { lookOnly, onEvent }: OpenRunnerOptions,
  use: (open: OpenRunner) => Promise<Result>,
): Promise<Result> {
  const { given, surroundings, output } = context;
  const loaded = await loadPipeline(given.argument("file")!, surroundings.directory);
  const inputs = readInputs(context, loaded);
  const place = directoryForRuns(context);
  const isKept = !given.has("no-cache") && !(lookOnly && (await cachesIn(place)).length === 0);
  const backend = isKept ? new DiskCache({ directory: place }) : new MemoryCache();
  const runner = new loaded.package.Runner({
    mode: given.text("mode") === "workers" ? "workers" : "local",
    cacheConfig: { enabled: !given.has("no-cache"), backend },
    // Lines about nodes are for people.
    writer: output.json ? { write: () => true } : surroundings.stderr,
    ...(onEvent && { onEvent }),
  });
  const cache = new Cache({ backend, statistics: false });
  try {
    return await use({ ...loaded, runner, inputs, cache, directory: isKept ? place : undefined });
  } finally {
    await runner.close();
    await cache.close();
  }
}
