import { join } from "node:path";
import {
  CacheCorruptionError,
  type CacheWarning,
  type Clock,
  type CompactOptions,
  type CompactReport,
  LarderError,
} from "@larder/core";
import type { DatasetLog } from "../log/dataset-log.js";
import type { DatasetState } from "../log/dataset-state.js";
import type { PartRecord } from "../part-record.js";
import { removeUnnamed } from "../remove-parts.js";
import { bytesOf } from "./choose-merge.js";
import { takeCompactionHint } from "./compaction-hint.js";
import { inTurn } from "./in-turn.js";
import { mergeParts } from "./merge-parts.js";
import type { MergedDataset, MergeWatch } from "./merge-run.js";
import { type CompactionStep, planMerge, planWhole } from "./plan-compaction.js";
import { isPartlySettled, settledBefore } from "./settled-before.js";
import { runKeys } from "./told-merge.js";

/** The dataset that is compacted. */
export interface CompactionContext extends MergedDataset {
  /** Most bytes of a file in `base`, about. */
  readonly partBytes: number;
  readonly clock: Clock;
  readonly log: Pick<DatasetLog, "refresh" | "commit">;
  readonly onWarning: (warning: CacheWarning) => void;
  /** Puts a part aside that can't be read, and commits that it is gone. */
  readonly onDamagedPart?: ((part: PartRecord, error: CacheCorruptionError) => Promise<void>) | undefined;
  /** Ends compaction in the background: the dataset is closed. */
  readonly signal?: AbortSignal | undefined;
}

/** How often a merge is begun again because the dataset changed under it, or a part was damaged. */
const mostRetries = 10;

/**
 * Merges parts as long as it is worth it; see `chooseMerge`. One at a time in a process, and while another process merges, nothing
 * is done. Never rejects: what fails is a warning, and nothing is lost by it.
 */
export async function compactInBackground(context: CompactionContext): Promise<void> {
  try {
    await inTurn(context.directory, "background", () => mergeWhileWorthIt(context));
  } catch (error) {
    if (context.signal?.aborted) return;
    const reason = error instanceof Error ? error.message : String(error);
    context.onWarning({
      type: "warning",
      code: "compaction-failed",
      message: `Parts of the dataset in ${context.directory} could not be merged. Nothing is lost, but it stays in more files. ${reason}`,
      facts: { directory: context.directory },
      cause: error,
    });
  }
}

async function mergeWhileWorthIt(context: CompactionContext): Promise<void> {
  const { log, clock, directory, partBytes, signal } = context;
  const plan = (state: DatasetState) => planMerge(state, partBytes, clock.now());
  if (!plan(await log.refresh())) return;
  const hint = await takeCompactionHint(directory, clock);
  if (!hint) return;
  try {
    for (let merged = true; merged && !signal?.aborted; ) {
      merged = (await nextStep(context, plan, { signal, onRows: () => void hint.renew() })) !== undefined;
    }
  } finally {
    await hint.release();
  }
}

/**
 * Brings all that is stored by now into `base`: one row for each id, all columns in each file, in one type each. Files that are so
 * stay. What others store meanwhile stays in `recent`.
 *
 * @throws LarderError `disk-full`, `write-failed`, `compaction-overtaken`; the signal's reason. Everything is as it was then.
 */
export function compactWhole(context: CompactionContext, options: CompactOptions = {}): Promise<CompactReport> {
  return inTurn(context.directory, "whole", () => compactNow(context, options));
}

async function compactNow(
  context: CompactionContext,
  { partBytes = context.partBytes, signal, onProgress }: CompactOptions,
): Promise<CompactReport> {
  const { log, clock } = context;
  signal?.throwIfAborted();
  const before = await log.refresh();
  let doneRows = 0;
  let totalRows = 0;
  const plan = (state: DatasetState): CompactionStep | undefined => {
    const step = planWhole(state, partBytes, clock.now());
    doneRows = 0;
    totalRows = step?.plan.runs.reduce((sum, run) => sum + runKeys(run).size, 0) ?? 0;
    return step;
  };
  const onRows = (rows: number) => {
    doneRows += rows;
    onProgress?.({ doneRows, totalRows });
  };
  const step = await nextStep(context, plan, { signal, onRows });
  const after = step?.state ?? before;
  const parts = [...after.parts.values()];
  return {
    partsBefore: before.parts.size,
    partsAfter: parts.length,
    rows: parts.reduce((rows, { place, keys }) => (place === "base" ? rows + keys.size : rows), 0),
    bytesRead: step?.bytesRead ?? 0,
    bytesWritten: step?.bytesWritten ?? 0,
  };
}

/** What a step has done. */
interface DoneStep {
  readonly state: DatasetState;
  readonly bytesRead: number;
  readonly bytesWritten: number;
}

/** Makes one step; again where the dataset changed meanwhile. `undefined`: there was nothing to do. */
async function nextStep(
  context: CompactionContext,
  plan: (state: DatasetState) => CompactionStep | undefined,
  watch: MergeWatch,
): Promise<DoneStep | undefined> {
  for (let attempt = 0; attempt < mostRetries; attempt++) {
    const state = await context.log.refresh();
    const step = plan(state);
    if (!step) return undefined;
    try {
      const done = await mergeAndCommit(context, state, step, watch);
      if (done) return done;
    } catch (error) {
      const damage = LarderError.isInstance(error, "part-gone") ? await lossOf(context, error) : error;
      if (damage === undefined) continue;
      const part = damagedPart(context, step, damage);
      if (!part || !context.onDamagedPart) throw error;
      await context.onDamagedPart(part, damage as CacheCorruptionError);
    }
  }
  throw new LarderError(
    `The dataset in ${context.directory} was changed by others each of the ${mostRetries} times it was to be compacted. Try again later.`,
    { code: "compaction-overtaken", facts: { directory: context.directory } },
  );
}

/** `undefined`: what was merged is not what is stored any more, and nothing was changed. */
async function mergeAndCommit(
  context: CompactionContext,
  planned: DatasetState,
  { plan, remove }: CompactionStep,
  watch: MergeWatch,
): Promise<DoneStep | undefined> {
  const add = await mergeParts(context, plan, watch);
  const settled = settledBefore(plan.now);
  let isCurrent = false;
  try {
    watch.signal?.throwIfAborted();
    const state = await context.log.commit((now) => {
      isCurrent =
        remove.every(({ name }) => now.parts.has(name)) &&
        [...now.parts.values()].every((part) => planned.parts.has(part.name) || !isPartlySettled(part, settled));
      return isCurrent ? { kind: "merge", add, remove: remove.map(({ name }) => name) } : undefined;
    });
    if (isCurrent) return { state, bytesRead: bytesOf(remove), bytesWritten: bytesOf(add) };
  } catch (error) {
    await removeUnnamed(context, add);
    throw error;
  }
  await removeUnnamed(context, add);
  return undefined;
}

/** What a part that is gone tells: nothing where another merge took it away; where it still counts, its file is lost. */
async function lossOf(
  { directory, log }: CompactionContext,
  gone: LarderError,
): Promise<CacheCorruptionError | undefined> {
  const { parts } = await log.refresh();
  const lost = [...parts.keys()].map((name) => join(directory, name)).find((file) => file === gone.facts.file);
  return lost === undefined ? undefined : new CacheCorruptionError(lost, "it is not there any more", gone);
}

function damagedPart({ directory }: CompactionContext, { remove }: CompactionStep, error: unknown) {
  if (!(error instanceof CacheCorruptionError)) return undefined;
  return remove.find(({ name }) => join(directory, name) === error.facts.file);
}
