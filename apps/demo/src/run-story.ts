import { existsSync, statSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { LarderError } from "@larder/core";
import type { ActCache, ActInput } from "./act-protocol.js";
import { actTable } from "./act-table.js";
import { checkBackend } from "./check-backend.js";
import type { Answer } from "./flights/summary.js";
import { formatBytes, formatSeconds } from "./format-quantity.js";
import {
  type FinishedAct,
  factsOfMachine,
  finishAct,
  type RunContext,
  reportPath,
  writeReport,
} from "./run-context.js";
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
      print.heading(`Act ${index + 1} of ${acts.length}. ${act.title}`);
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
    await conclude(context, acts, finished);
    return 0;
  } finally {
    copy.remove();
    directory.release();
  }
}

interface StoryInputs {
  readonly source: { readonly file: string };
  readonly airportsSource: ActInput;
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

/** Prints the table of an act and what it took. */
export function printAct({ print }: RunContext, { outcome, processSeconds }: FinishedAct): void {
  for (const line of actTable(outcome.nodes)) print.line(line);
  for (const { node, because } of outcome.reasons) print.line(`  why ${node}: ${because}`);
  print.soft(
    `  ${formatSeconds(outcome.seconds)} (${formatSeconds(processSeconds)} with the start and end of its process)`,
  );
}

async function conclude(
  context: RunContext,
  acts: readonly StoryAct[],
  finished: readonly FinishedAct[],
): Promise<void> {
  const { options, print } = context;
  const answers = finished.map(
    ({ outcome }) => outcome.outputs.find(({ name }) => name === "answer")?.value as unknown as Answer,
  );
  const [answer] = answers as [Answer];
  const lastCached = acts.map((act) => act.cached).lastIndexOf(true);
  const uncached = acts.findIndex((act) => !act.cached);
  if (!isDeepStrictEqual(answers[lastCached], answers[uncached])) {
    throw new LarderError(
      "The answer from the cache differs from the answer without a cache. That is a defect of Larder: please report it, with this output.",
      { code: "wrong-answer" },
    );
  }
  const overhead = {
    coldSeconds: finished[0]!.outcome.seconds,
    uncachedSeconds: finished[uncached]!.outcome.seconds,
    ratio: finished[0]!.outcome.seconds / finished[uncached]!.outcome.seconds,
  };
  const counted = finished[0]!.outcome.counters.misses === finished[0]!.outcome.nodes.length;
  print.line();
  print.line(answer.text);
  print.line();
  print.line("The answer from the cache is the answer without a cache.");
  if (counted) {
    print.line(
      `Cold and storing everything: ${formatSeconds(overhead.coldSeconds)}; without a cache: ${formatSeconds(overhead.uncachedSeconds)}; ratio ${overhead.ratio.toFixed(2)}.`,
    );
  }
  const path = reportPath(options);
  const { reportPage } = await import("./report/report-page.js");
  await writeReport(
    path,
    reportPage({
      title: "Which airports make their passengers wait?",
      introduction: answer.text.split("\n")[0]!.replace(/:$/, "."),
      airports: answer.airports,
      acts: acts.map((act, index) => ({ ...act, ...reportOf(finished[index]!) })),
      facts: factsOfMachine(),
    }),
  );
  print.line(`Report: ${path}`);
  print.document({
    acts: finished.map((done, index) => ({
      act: acts[index]!.act,
      title: acts[index]!.title,
      ...jsonOf(done),
      answer: answers[index],
    })),
    answer,
    overhead: counted ? overhead : null,
    report: path,
  });
}

/** What the report shows of a finished act. */
export function reportOf({ outcome }: FinishedAct) {
  const { processId, seconds, nodes, graph } = outcome;
  return {
    processId,
    seconds,
    nodes,
    graph,
    reasons: outcome.reasons.map(({ node, because }) => `Why ${node}: ${because}.`),
  };
}

/** What the JSON document says of a finished act. */
export function jsonOf({ outcome, processSeconds }: FinishedAct) {
  const { processId, seconds, nodes, counters, reasons } = outcome;
  return { processId, seconds, nodes, counters: { ...counters, processSeconds }, reasons };
}
