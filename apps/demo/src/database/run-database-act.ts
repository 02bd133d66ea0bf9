import { join } from "node:path";
import { formatBytes, formatCount, formatSeconds } from "@larder/app-shared";
import type { JsonObject, JsonValue } from "@larder/core";
import { startAct } from "../act-process.js";
import type { ActNode } from "../act-protocol.js";
import { actTable } from "../act-table.js";
import { finishStarted, type RunContext, refusalOf, refuseInterrupted } from "../run-context.js";
import { makeHome } from "../story-directory.js";
import { fewestFlights } from "./chosen-ids.js";
import { markUnused } from "./database-files.js";
import type { FlightsDatabase, StepResult } from "./database-protocol.js";
import { type DatabaseStep, databaseSteps } from "./database-steps.js";
import { wordsOfStep } from "./words-of-step.js";

/** A step that came to its end. */
export interface FinishedStep extends StepResult {
  readonly step: DatabaseStep["step"];
  readonly title: string;
  /** From the start of its process to its end. */
  readonly processSeconds: number;
}

/** The act on a database, for JSON and for the report. */
export interface DatabaseAct {
  readonly title: string;
  readonly promise: string;
  readonly processId: number;
  readonly seconds: number;
  readonly nodes: readonly ActNode[];
  readonly counters: JsonObject;
  readonly steps: readonly FinishedStep[];
  /** The first rows of the last answer. */
  readonly answer: JsonValue;
}

/** What the act works on. */
export interface DatabaseActOptions {
  /** Such as `Act 7 of 7`. */
  readonly name: string;
  readonly flightsFile: string;
  readonly airportsFile: string;
  /** Directory of the cache. */
  readonly directory: string;
}

const title = "Flights and airports in an SQLite database";
const promise = "The database is asked for nothing that the cache has, cell by cell.";

/**
 * Tells the last act: rows of an SQLite database, fetched through the cache, each request in a process of its own.
 *
 * @returns `undefined` when it was left out, which is said
 * @throws LarderError `wrong-answer`, `wrong-count`, `interrupted`; what a process handed back
 */
export async function runDatabaseAct(
  context: RunContext,
  options: DatabaseActOptions,
): Promise<DatabaseAct | undefined> {
  const { print } = context;
  const home = join(context.options.base, ".larder-demo");
  makeHome(home);
  print.line();
  print.heading(`${options.name}. ${title}`);
  print.soft(promise);
  refuseInterrupted(context.interrupts);
  const making = startAct(
    {
      task: "make-database",
      flightsFile: options.flightsFile,
      airportsFile: options.airportsFile,
      home,
      userId: process.pid,
    },
    { keepStdoutClean: context.options.json },
  );
  try {
    print.soft(`  the database is looked for, and made if need be, in process ${making.processId}…`);
    const { outcome } = await finishStarted(context, making);
    if (!outcome.ok && outcome.code === "no-engine") return leftOut(context, outcome.message);
    if (!outcome.ok) throw refusalOf(outcome);
    const { flights, file, bytes } = outcome.database;
    const how = outcome.made ? `made in ${formatSeconds(outcome.seconds)}` : "made before";
    if (outcome.wasBroken) print.line("  The database of an earlier demo was broken; it was made anew.");
    print.line(`  ${formatCount(flights)} flights, ${how}: ${file} (${formatBytes(bytes)})`);
    if (flights < fewestFlights) return leftOut(context, `it needs at least ${fewestFlights} flights.`);
    const steps: FinishedStep[] = [];
    for (const step of databaseSteps)
      steps.push(await performInProcess(context, step, outcome.database, options.directory));
    const act = { title, promise, ...actOf(steps, outcome.made ? outcome.seconds : 0) };
    for (const line of actTable(act.nodes)) print.line(line);
    print.line(
      `  The answers are those of the database itself: ${formatCount(act.counters.rowsCompared as number)} rows compared.`,
    );
    return act;
  } finally {
    markUnused(home, process.pid);
  }
}

function leftOut({ print }: RunContext, reason: string): undefined {
  print.line(`  This act is left out: ${reason}`);
  return undefined;
}

async function performInProcess(
  context: RunContext,
  step: DatabaseStep,
  database: FlightsDatabase,
  directory: string,
): Promise<FinishedStep> {
  refuseInterrupted(context.interrupts);
  const process = startAct(
    { task: "database-step", step: step.step, database, directory },
    { keepStdoutClean: context.options.json, interruptHalfWay: step.interrupt },
  );
  context.print.soft(`  ${step.step} (${step.title}) runs in process ${process.processId}…`);
  const { outcome, processSeconds } = await finishStarted(context, process);
  if (!outcome.ok) throw refusalOf(outcome);
  return { ...outcome, step: step.step, title: step.title, processSeconds };
}

function actOf(steps: readonly FinishedStep[], makingSeconds: number): Omit<DatabaseAct, "title" | "promise"> {
  const sum = (count: (step: FinishedStep) => number) => steps.reduce((total, step) => total + count(step), 0);
  const last = steps.at(-1)!;
  return {
    processId: steps[0]!.processId,
    seconds: sum((step) => step.seconds),
    nodes: steps.map(nodeOf),
    counters: {
      misses: steps.filter((step) => !isHit(step)).length,
      hits: steps.filter(isHit).length,
      queries: sum((step) => step.queries),
      rowsAsked: sum((step) => step.rowsAsked),
      cellsAsked: sum((step) => step.cellsAsked),
      idsFromCache: sum((step) => step.idsFromCache),
      rowsCompared: sum((step) => step.rowsCompared),
      bytesStored: last.bytes,
      makingSeconds,
      peakMegabytes: Math.max(...steps.map((step) => step.peakMegabytes)),
      processSeconds: sum((step) => step.processSeconds),
    },
    steps,
    answer: last.head,
  };
}

function isHit({ queries, interrupted }: FinishedStep): boolean {
  return queries === 0 && !interrupted;
}

function nodeOf(step: FinishedStep): ActNode {
  return {
    node: step.step,
    decision: isHit(step) ? "hit" : "miss",
    reason: wordsOfStep(step),
    seconds: step.seconds,
    savedSeconds: 0,
    rows: step.interrupted ? null : step.rows,
    bytes: step.bytes,
  };
}
