import { ColumnTypeError, LarderError } from "@larder/core";
import type { PartColumn, PartPlace, PartRecord } from "../part-record.js";
import { removeParts } from "../remove-parts.js";
import { bytesOf } from "./choose-merge.js";
import { type MergedDataset, type MergeWatch, type RunPlan, type WrittenRun, writeRun } from "./merge-run.js";
import type { MergeRun } from "./merge-runs.js";

/** What is merged. */
export interface MergePlan {
  readonly place: PartPlace;
  readonly runs: readonly MergeRun[];
  /** All parts of the dataset. */
  readonly parts: readonly PartRecord[];
  /** The dataset's columns, with the types wanted. */
  readonly columns: readonly PartColumn[];
  /** Whether each file is to have all of these columns. Default: those that its parts have. */
  readonly everyColumn?: boolean;
  /** Most bytes of a file in `base`, about. */
  readonly partBytes: number;
  /** Names of parts that the outcome takes the place of, whether their files are still there or not. */
  readonly replaces: readonly string[];
  /** The present, in milliseconds since 1970. */
  readonly now: number;
  /** Most rows that are merged at once; small ones in tests. */
  readonly sliceRows?: number;
}

/**
 * Merges parts, each run into files of its own. The files are complete and have their names; nothing tells of them yet.
 *
 * Values go into the dataset's type of their column. Where one does not fit, for the type was changed by hand, the column is kept as
 * text: nothing is lost by merging.
 *
 * @throws as `writeRun`; nothing is left then
 */
export async function mergeParts(
  dataset: MergedDataset,
  plan: MergePlan,
  watch: MergeWatch = {},
): Promise<PartRecord[]> {
  const instead = new Map<string, string>();
  for (;;) {
    try {
      return await mergeOnce(dataset, plan, instead, watch);
    } catch (error) {
      const column = unfitColumn(error);
      if (column === undefined || instead.has(column)) throw error;
      instead.set(column, "Utf8");
    }
  }
}

async function mergeOnce(
  dataset: MergedDataset,
  plan: MergePlan,
  instead: ReadonlyMap<string, string>,
  watch: MergeWatch,
): Promise<PartRecord[]> {
  const written: WrittenRun[] = [];
  const records: PartRecord[] = [];
  try {
    for (const [i, run] of plan.runs.entries()) {
      // The last file alone says what it replaces: once it is there, all are.
      const replaces = i === plan.runs.length - 1 ? plan.replaces : [];
      written.push(await writeRun(dataset, runPlan(plan, run, replaces, instead), watch));
    }
    for (const run of written) records.push(...(await run.finish()));
    return records;
  } catch (error) {
    await Promise.all(written.map((run) => run.abort()));
    await removeParts(dataset.directory, records);
    throw error;
  }
}

function runPlan(
  plan: MergePlan,
  run: MergeRun,
  replaces: readonly string[],
  instead: ReadonlyMap<string, string>,
): RunPlan {
  const { place, columns, everyColumn = false, now, sliceRows } = plan;
  const merged = new Set(run.inputs.map(({ name }) => name));
  const outside = plan.parts.filter(({ name }) => !merged.has(name));
  const partBytes = place === "recent" ? Number.POSITIVE_INFINITY : evenBytes(bytesOf(run.inputs), plan.partBytes);
  return { run, place, outside, columns, everyColumn, instead, partBytes, replaces, now, sliceRows };
}

/** Files of like size: with the greatest size, the last would be a small one each time. */
function evenBytes(bytes: number, partBytes: number): number {
  return Math.min(partBytes, Math.ceil((bytes / Math.ceil(bytes / partBytes)) * 1.02));
}

function unfitColumn(error: unknown): string | undefined {
  if (!(error instanceof ColumnTypeError) && !LarderError.isInstance(error, "column-type")) return undefined;
  const { column } = error.facts;
  return typeof column === "string" ? column : undefined;
}
