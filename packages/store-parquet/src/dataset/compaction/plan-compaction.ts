import { uniteAllIds } from "../ids/combine-id-sets.js";
import type { DatasetState } from "../log/dataset-state.js";
import type { PartRecord } from "../part-record.js";
import { bytesOf, chooseMerge } from "./choose-merge.js";
import { allKeys } from "./key-range.js";
import type { MergePlan } from "./merge-parts.js";
import { type BaseRange, baseRanges, keysIn, type MergeRun, mergeRuns, runsOf } from "./merge-runs.js";
import { toldKeys } from "./told-keys.js";

/** What a compaction does next: parts that are merged, and those that count no more afterwards. */
export interface CompactionStep {
  readonly plan: MergePlan;
  readonly remove: readonly PartRecord[];
}

/** The next merge in the background; `undefined` when there is none. */
export function planMerge(state: DatasetState, partBytes: number, now: number): CompactionStep | undefined {
  const choice = chooseMerge(state.parts.values());
  if (!choice) return undefined;
  const { place, recent } = choice;
  const runs = place === "base" ? mergeRuns(recent, inBase(state)) : [{ ...allKeys, inputs: recent }];
  return stepOf(state, { place, runs, partBytes, now }, recent);
}

/**
 * A merge of all that is not yet as it shall be: in `base`, with every column in the dataset's type, no larger than asked for.
 * `undefined` when all is so.
 */
export function planWhole(state: DatasetState, partBytes: number, now: number): CompactionStep | undefined {
  const parts = [...state.parts.values()];
  const recent = parts.filter(({ place }) => place === "recent");
  const base = inBase(state);
  const ranges = baseRanges(base);
  const news = uniteAllIds(recent.map(toldKeys));
  const isScattered = base.length > 2 * Math.ceil(bytesOf(base) / partBytes) + 1;
  const wanted = ranges.map((range) => {
    const part = onlyPart(range);
    if (!part || isScattered || keysIn(news, range).size > 0) return range.parts.length > 0 || recent.length > 0;
    return !hasRightColumns(part, state) || isTooLarge(part, partBytes) || isHidden(part, parts);
  });
  if (recent.length > 0 && !wanted.includes(true)) wanted[0] = true;
  const runs = runsOf(ranges, wanted, recent);
  if (runs.length === 0) return undefined;
  return stepOf(state, { place: "base", runs, partBytes, now, everyColumn: true }, recent);
}

type StepPlan = Omit<MergePlan, "parts" | "columns" | "replaces">;

function stepOf(state: DatasetState, plan: StepPlan, recent: readonly PartRecord[]): CompactionStep {
  const remove = [...new Set([...recent, ...plan.runs.flatMap((run: MergeRun) => run.inputs)])];
  // A file that could not be unlinked yet has to stay replaced, should the log be lost.
  const retired = new Set(state.retired.map(({ name }) => name));
  const inherited = remove.flatMap((part) => part.replaces.filter((name) => retired.has(name)));
  const replaces = [...new Set([...remove.map(({ name }) => name), ...inherited])];
  return { remove, plan: { ...plan, parts: [...state.parts.values()], columns: state.columns, replaces } };
}

function inBase(state: DatasetState): PartRecord[] {
  return [...state.parts.values()].filter(({ place }) => place === "base");
}

function onlyPart({ parts }: BaseRange): PartRecord | undefined {
  return parts.length === 1 ? parts[0] : undefined;
}

function hasRightColumns(part: PartRecord, { columns }: DatasetState): boolean {
  return (
    part.columns.length === columns.length &&
    part.columns.every(({ name, type }, i) => columns[i]!.name === name && columns[i]!.type === type)
  );
}

function isTooLarge(part: PartRecord, partBytes: number): boolean {
  return part.byteLength > partBytes * 1.1 && part.keys.size > 1;
}

/** Whether another part makes rows of this one invalid: all rows that are older. */
function isHidden(part: PartRecord, parts: readonly PartRecord[]): boolean {
  const oldest = part.epochs.reduce(
    (least, epoch) => (epoch.kind === "rows" ? Math.min(least, epoch.sequence) : least),
    Number.POSITIVE_INFINITY,
  );
  return parts.some(
    (other) => other !== part && other.epochs.some((epoch) => epoch.keys === undefined && epoch.sequence >= oldest),
  );
}
