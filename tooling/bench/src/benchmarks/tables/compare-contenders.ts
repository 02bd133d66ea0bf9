import { rmSync } from "node:fs";
import { join } from "node:path";
import { type RunOptions, runCase } from "../../run-case.js";
import type { DataSet } from "./data-sets.js";
import type { Contender, Operation } from "./operations.js";

/** What was measured of an operation. */
export interface Comparison {
  /** One output for each run, by the name of the contender. */
  readonly outputs: ReadonlyMap<string, readonly OperationOutput[]>;
  /** Who could not do it, and why. */
  readonly leftOut: readonly string[];
}

/** What `cases/tables/operation.mjs` prints. */
export interface OperationOutput {
  readonly samples: Readonly<Record<string, readonly number[]>>;
  readonly peakMegabytes: number;
  /** Held before the operation began. */
  readonly heldMegabytes: number;
  /** The size of the table as Arrow IPC. */
  readonly arrowMegabytes: number;
  readonly loadMilliseconds: number;
  /** Of a reading. */
  readonly answer?: string;
  /** Of a write. */
  readonly fileBytes?: number;
}

/** Where the files are, and what a program is run with. */
export interface Place {
  readonly folder: string;
  readonly run: RunOptions;
  readonly say: (line: string) => void;
}

/** A contender that took longer than this is not measured again. */
const patienceSeconds = 20;

/**
 * Runs an operation with every contender in turn, each in a fresh process every time (A B C A B C …). Each has to give the answer
 * that all others give: the first time over every row, later over some. What is written is read back by DuckDB.
 *
 * A contender that fails is left out, but for ours.
 *
 * @throws Error when answers differ, or when ours fails
 */
export async function compareContenders(data: DataSet, operation: Operation, place: Place): Promise<Comparison> {
  const outputs = new Map<string, readonly OperationOutput[]>();
  const leftOut: string[] = [];
  let contenders = [...operation.contenders];
  for (let run = 0; run < data.runs; run += 1) {
    const every = run === 0 ? 1 : 101;
    const answers = new Map<string, string>();
    for (const contender of contenders) {
      place.say(`${data.words}: ${operation.words}: run ${run + 1} of ${data.runs}: ${contender.name}`);
      const started = performance.now();
      const outcome = await attempt(data, operation, contender, every, place);
      if ("failure" in outcome) {
        leftOut.push(`${contender.name}: ${outcome.failure}`);
        contenders = contenders.filter((each) => each !== contender);
        continue;
      }
      const { output, answer } = outcome;
      const { name } = contender;
      outputs.set(name, [...(outputs.get(name) ?? []), output]);
      if (answer !== undefined) answers.set(name, answer);
      const isSlow = performance.now() - started > patienceSeconds * 1000;
      if (isSlow && name !== "ours") contenders = contenders.filter((each) => each !== contender);
    }
    requireSameAnswers(`${data.words}: ${operation.words}`, answers);
  }
  return { outputs, leftOut };
}

/** @throws Error with every answer, when they are not all the same */
export function requireSameAnswers(what: string, answers: ReadonlyMap<string, string>): void {
  if (new Set(answers.values()).size <= 1) return;
  const list = [...answers].map(([name, answer]) => `  ${name}: ${answer}`).join("\n");
  throw new Error(`${what}: the contenders do not agree.\n${list}`);
}

async function attempt(
  data: DataSet,
  operation: Operation,
  contender: Contender,
  every: number,
  place: Place,
): Promise<{ output: OperationOutput; answer: string | undefined } | { failure: string }> {
  const isArrow = contender.contender === "arrow-ipc";
  const target = join(place.folder, isArrow ? "written.arrow" : "written.parquet");
  const common = { folder: place.folder, shape: data.shape, rows: data.rows, every };
  const run = (options: object) => runCase<OperationOutput>("tables/operation", { ...common, ...options }, place.run);
  try {
    const output = await run({
      ...contender,
      operation: operation.operation,
      file: isArrow ? "table.arrow" : operation.file,
      ids: operation.ids,
      touch: operation.touch,
      target,
    });
    if (operation.operation !== "write") return { output, answer: output.answer };
    const reader = isArrow ? "arrow-ipc" : "duckdb";
    const file = isArrow ? "written.arrow" : "written.parquet";
    return {
      output,
      answer: every === 1 ? (await run({ contender: reader, operation: "full", file })).answer : undefined,
    };
  } catch (error) {
    if (place.run.signal?.aborted || contender.name === "ours") throw error;
    return { failure: reasonOf(error) };
  } finally {
    rmSync(target, { force: true });
  }
}

/** The line of a program's output that names the error. */
function reasonOf(error: unknown): string {
  const lines = (error instanceof Error ? error.message : String(error)).split("\n");
  return lines.find((line) => /^\w*Error\b|FATAL ERROR|panicked/.test(line))?.trim() ?? lines[0] ?? "failed";
}
