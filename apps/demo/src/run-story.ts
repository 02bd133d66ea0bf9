import { existsSync, statSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { formatBytes } from "@larder/app-shared";
import { LarderError } from "@larder/core";
import type { ActCache } from "./act-protocol.js";
import { checkBackend } from "./check-backend.js";
import { concludeStory } from "./conclude-story.js";
import { type DatabaseAct, runDatabaseAct } from "./database/run-database-act.js";
import { printAct } from "./finished-act.js";
import { runFolioAct } from "./folio/run-folio-act.js";
import { type FinishedAct, finishAct, type RunContext } from "./run-context.js";
import { type StoryAct, storyActs } from "./story.js";
import { type CacheDirectory, openKeptDirectory, openStoryDirectory } from "./story-directory.js";
import { makeWorkingCopy, type WorkingCopy } from "./working-copy.js";

/** Tells the demo's story: the pipeline over flights in acts, each in a new process on one cache. */
export async function runStory(context: RunContext): Promise<number> {
  const { options, print } = context;
  const inputs = storyInputs(context);
  const acts = storyActs(inputs.minimumFlights);
  print.heading("Larder demo: which airports make their passengers wait?");
  print.soft(`Flights: ${describeFile(inputs.source.file)}. Every act is a new process; the cache is all they share.`);
  if (options.backend !== undefined) await checkBackend(context, options.backend);
  const directory = openCacheDirectory(context);
  const copy = await makeWorkingCopy(options.backend ?? directory.directory);
  try {
    if (directory.found)
      print.line(`A cache was found in ${directory.directory}, so act 1 need not be cold (--clear forgets it).`);
    else if (options.backend === undefined) print.soft(`Cache: ${directory.directory}`);
    const finished: FinishedAct[] = [];
    for (const [index, act] of acts.entries()) {
      print.line();
      print.heading(`Act ${index + 1} of ${acts.length + 2}. ${act.title}`);
      print.soft(act.promise);
      if (act.edit !== undefined) await copy.edit(act.edit);
      const done = await finishAct(
        context,
        requestOf(context, act, index, copy, directory, inputs),
        `act ${index + 1}`,
      );
      finished.push(done);
      printAct(context, done);
    }
    const nameOf = (number: number) => `Act ${number} of ${acts.length + 2}`;
    const database = await tellDatabaseAct(context, nameOf(acts.length + 1), directory, inputs);
    const lastCached = acts.findLastIndex(({ cached }) => cached);
    const {
      pipelineFile,
      inputs: values,
      cache,
    } = requestOf(context, acts[lastCached]!, lastCached, copy, directory, inputs);
    const name = nameOf(acts.length + 2);
    const folio = await runFolioAct(context, { name, pipelineFile, inputs: values, cache });
    await concludeStory(context, acts, finished, { database, folio });
    return 0;
  } finally {
    copy.remove();
    directory.release();
  }
}

interface StoryInputs {
  readonly source: { readonly file: string };
  readonly airportsSource: { readonly file: string };
  readonly minimumFlights: number;
}

function storyInputs({ options }: RunContext): StoryInputs {
  const { minimumFlights = { value: 1000 }, airportsSource, ...others } = options.inputs;
  const [unknown] = Object.keys(others);
  if (unknown !== undefined) {
    throw new LarderError(
      `The demo's pipeline has no input '${unknown}' to be set; it has minimumFlights and airportsSource (and --data for the flights).`,
      { code: "bad-option" },
    );
  }
  const least = "value" in minimumFlights ? minimumFlights.value : undefined;
  if (typeof least !== "number" || !Number.isInteger(least) || least < 0) {
    throw new LarderError("minimumFlights must be a whole number from 0, such as --input minimumFlights=500.", {
      code: "bad-option",
    });
  }
  if (airportsSource !== undefined && !("file" in airportsSource)) {
    throw new LarderError("airportsSource must be a file, such as --input airportsSource=@airports.csv.", {
      code: "bad-option",
    });
  }
  return {
    source: { file: options.data ?? sample("flights-3m.parquet") },
    airportsSource: airportsSource ?? { file: sample("airports.csv") },
    minimumFlights: least,
  };
}

/** A file of the npm package vega-datasets. */
function sample(name: string): string {
  const main = createRequire(import.meta.url).resolve("vega-datasets");
  let folder = dirname(main);
  while (!existsSync(join(folder, "data"))) folder = dirname(folder);
  return join(folder, "data", name);
}

function describeFile(path: string): string {
  const size = existsSync(path) && statSync(path).isFile() ? ` (${formatBytes(statSync(path).size)})` : "";
  return `${path}${size}`;
}

function openCacheDirectory({ options }: RunContext): CacheDirectory {
  if (options.backend !== undefined) return { directory: "", found: false, release() {} };
  if (options.directory === undefined) return openStoryDirectory(options.base);
  return openKeptDirectory(options.directory, options.clear);
}

function requestOf(
  { options }: RunContext,
  act: StoryAct,
  index: number,
  copy: WorkingCopy,
  { directory }: CacheDirectory,
  inputs: StoryInputs,
) {
  const cache: ActCache = !act.cached
    ? { kind: "none" }
    : options.backend === undefined
      ? { kind: "directory", directory }
      : { kind: "module", file: options.backend, clear: options.clear && index === 0 };
  return {
    task: "run" as const,
    pipelineFile: copy.pipelineFile,
    inputs: {
      source: inputs.source,
      airportsSource: inputs.airportsSource,
      minimumFlights: { value: act.minimumFlights },
    },
    cache,
    ...(index === 0 ? { flightsFile: inputs.source.file } : {}),
  };
}

/** The act on a database, on the cache of the other acts; beside a backend of the user's own, which keeps no datasets, on one of the demo's. */
async function tellDatabaseAct(
  context: RunContext,
  name: string,
  { directory }: CacheDirectory,
  { source, airportsSource }: StoryInputs,
): Promise<DatabaseAct | undefined> {
  const files = { flightsFile: source.file, airportsFile: airportsSource.file };
  if (context.options.backend === undefined) return runDatabaseAct(context, { name, directory, ...files });
  const own = openStoryDirectory(context.options.base);
  try {
    context.print.soft(`This act keeps its rows as Parquet files, which a backend does not do: in ${own.directory}.`);
    return await runDatabaseAct(context, { name, directory: own.directory, ...files });
  } finally {
    own.release();
  }
}
