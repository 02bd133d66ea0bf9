import { join } from "node:path";
import { formatBytes, formatCount } from "@larder/app-shared";
import { type JsonObject, type JsonValue, LarderError } from "@larder/core";
import { startAct } from "../act-process.js";
import type { ActCache, ActInput, ActNode } from "../act-protocol.js";
import { actTable } from "../act-table.js";
import { finishStarted, type RunContext, refusalOf, refuseInterrupted } from "../run-context.js";
import { makeHome } from "../story-directory.js";
import { type FolioFolder, openFolioFolder } from "./folio-folder.js";
import type { FolioStepResult, PublishedItem, ServerCounts } from "./folio-protocol.js";
import { type FolioStep, folioSteps } from "./folio-steps.js";
import { type ServedFolio, serveFolio } from "./served-folio.js";
import { wordsOfFolioStep } from "./words-of-folio-step.js";

/** A step that came to its end. */
export interface FinishedFolioStep extends FolioStepResult, ServerCounts {
  readonly step: FolioStep["step"];
  readonly title: string;
  /** Size of the file, where part of one was read. */
  readonly fileBytes: number | null;
  readonly processSeconds: number;
}

/** The act on a folio, for JSON and for the report. */
export interface FolioAct {
  readonly title: string;
  readonly promise: string;
  readonly processId: number;
  readonly seconds: number;
  readonly nodes: readonly ActNode[];
  readonly counters: JsonObject;
  readonly published: readonly PublishedItem[];
  readonly steps: readonly FinishedFolioStep[];
  /** The first airports of the ranking as it was read last. */
  readonly answer: JsonValue;
}

/** What the act works on. */
export interface FolioActOptions {
  /** Such as `Act 8 of 8`. */
  readonly name: string;
  readonly pipelineFile: string;
  readonly inputs: Readonly<Record<string, ActInput>>;
  /** Where the other acts have their results. */
  readonly cache: ActCache;
}

const title = "The ranking and the flights, published as a folio and read from afar";
const promise =
  "What is cached and fresh costs no request; what changed is noticed; a corner of a table costs a corner.";
const colleague = "maria@flights.example";

/**
 * Tells the last act: outputs of the pipeline are published in a folder that a server on this machine serves, and read through
 * a cache, each time by a process of its own.
 *
 * @throws LarderError `wrong-answer`, `wrong-count`, `interrupted`; what a process handed back
 */
export async function runFolioAct(context: RunContext, options: FolioActOptions): Promise<FolioAct> {
  const { print } = context;
  const home = join(context.options.base, ".larder-demo");
  makeHome(home);
  print.line();
  print.heading(`${options.name}. ${title}`);
  print.soft(promise);
  const own = openFolioFolder(home);
  const { folder } = own;
  let server: ServedFolio | undefined;
  try {
    const published = await publish(context, options, folder);
    const rows = formatCount(published.rows);
    for (const { item, kind, bytes } of published.items) {
      print.line(`  published: ${item} (${kind}${item === "flights" ? `, ${rows} rows` : ""}, ${formatBytes(bytes)})`);
    }
    server = await serveFolio(folder);
    print.soft(`  served by process ${server.processId} at ${server.url}`);
    const steps: FinishedFolioStep[] = [];
    const file = published.items.find(({ item }) => item === "flights")!;
    for (const step of folioSteps) steps.push(await perform(context, { ...options, ...own, step, server, file }));
    const act = { title, promise, published: published.items, ...actOf(steps) };
    for (const line of actTable(act.nodes)) print.line(line);
    for (const { step, warnings } of steps) for (const warning of warnings) print.line(`  ${step}: ${warning}`);
    print.line(
      `  What was read is what was published: ${formatCount(act.counters.valuesCompared as number)} values compared.`,
    );
    return act;
  } finally {
    await server?.stop();
    own.remove();
  }
}

async function publish(
  context: RunContext,
  { pipelineFile, inputs, cache }: FolioActOptions,
  folder: string,
  update?: { readonly updatedBy: string },
) {
  const request = { task: "publish-folio", folder, pipelineFile, inputs, cache, ...(update && { update }) } as const;
  const who = update === undefined ? "the folio is published" : `${update.updatedBy} changes the ranking`;
  refuseInterrupted(context.interrupts);
  const process = startAct(request, { keepStdoutClean: context.options.json });
  context.print.soft(`  ${who} in process ${process.processId}…`);
  const { outcome } = await finishStarted(context, process);
  if (!outcome.ok) throw refusalOf(outcome);
  return outcome;
}

interface StepOptions extends FolioActOptions, FolioFolder {
  readonly step: FolioStep;
  readonly server: ServedFolio;
  readonly file: PublishedItem;
}

async function perform(context: RunContext, options: StepOptions): Promise<FinishedFolioStep> {
  const { step, folder, server, file, directory } = options;
  if (step.updatedBefore) await publish(context, options, folder, { updatedBy: colleague });
  if (step.serverStopped) await server.stop();
  await server.counts();
  const request = { task: "folio-step", step: step.step, url: server.url, directory, folder } as const;
  refuseInterrupted(context.interrupts);
  const process = startAct(request, { keepStdoutClean: context.options.json });
  context.print.soft(`  ${step.step} (${step.title}) runs in process ${process.processId}…`);
  const { outcome, processSeconds } = await finishStarted(context, process);
  if (!outcome.ok) throw refusalOf(outcome);
  const counts = await server.counts();
  if (step.serverStopped) await server.start();
  const finished = {
    ...outcome,
    ...counts,
    step: step.step,
    title: step.title,
    fileBytes: step.columns === undefined ? null : file.bytes,
    processSeconds,
  };
  checkCounts(finished);
  return finished;
}

/** A smaller file is downloaded whole. */
const worthRangesBytes = 1_000_000;

/** @throws LarderError `wrong-count` when a step cost more than it may */
function checkCounts({ step, requests, bytes, fileBytes }: FinishedFolioStep): void {
  const asksNothing = step === "again" || step === "columns-again";
  const isPart = fileBytes === null || fileBytes < worthRangesBytes || bytes < fileBytes;
  if ((!asksNothing || requests === 0) && isPart) return;
  throw new LarderError(
    `The step '${step}' made ${requests} requests and got ${formatBytes(bytes)}. That is a defect of Larder: please report it, with this output.`,
    { code: "wrong-count", facts: { step, requests, bytes } },
  );
}

function actOf(steps: readonly FinishedFolioStep[]) {
  const sum = (count: (step: FinishedFolioStep) => number) => steps.reduce((total, step) => total + count(step), 0);
  const columns = steps.find(({ step }) => step === "columns")!;
  const ranking = steps.filter(({ value }) => value !== null).at(-1)!.value as readonly JsonValue[];
  return {
    processId: steps[0]!.processId,
    seconds: sum(({ seconds }) => seconds),
    nodes: steps.map(nodeOf),
    counters: {
      misses: steps.filter(({ requests }) => requests > 0).length,
      hits: steps.filter(({ requests }) => requests === 0).length,
      requests: sum(({ requests }) => requests),
      bytesDownloaded: sum(({ bytes }) => bytes),
      columnBytes: columns.bytes,
      columnFileBytes: columns.fileBytes,
      warnings: sum(({ warnings }) => warnings.length),
      valuesCompared: sum(({ valuesCompared }) => valuesCompared),
      peakMegabytes: Math.max(...steps.map(({ peakMegabytes }) => peakMegabytes)),
      processSeconds: sum(({ processSeconds }) => processSeconds),
    } satisfies JsonObject,
    steps,
    answer: ranking.slice(0, 3),
  };
}

function nodeOf(step: FinishedFolioStep): ActNode {
  const { requests, bytes, seconds, rows, fileBytes } = step;
  return {
    node: step.step,
    decision: requests === 0 ? "hit" : "miss",
    reason: wordsOfFolioStep(step, fileBytes ?? undefined),
    seconds,
    savedSeconds: 0,
    rows,
    bytes,
  };
}
