import type { FileLayout } from "../format/file-layout.js";
import { type HeldBytes, heldBytes } from "../read/held-bytes.js";
import type { FileParts, OpenedFile } from "../read/opened-file.js";
import { type GroupPlan, planGroup } from "../read/read-plan.js";
import { decodeRows, type WantedRows } from "../read/read-table.js";
import { countRows, maskedRuns, oneRun, pickRows, type RowRuns, sliceRuns } from "../read/row-runs.js";
import { type BoundFilter, bindFilter, filterColumns } from "./bind-filter.js";
import { drawRows } from "./draw-rows.js";
import { findSorted, sortedLookup } from "./find-sorted.js";
import { matchFilter } from "./match-filter.js";
import { pruneGroup, readPruningIndexes } from "./prune-group.js";
import type { ScanStep } from "./scan-steps.js";

/** Wanted rows, and which row group they are of. */
export interface SelectedRows extends WantedRows {
  readonly index: number;
}

/** Steps made out for a table: neighbouring filters are one. */
export type BoundStep = Exclude<ScanStep, { kind: "where" }> | { readonly kind: "where"; readonly filter: BoundFilter };

/** Makes steps out for a table. @throws LarderError as {@link bindFilter} does */
export function bindSteps(layout: FileLayout, steps: readonly ScanStep[]): BoundStep[] {
  const bound: BoundStep[] = [];
  for (const step of steps) {
    if (step.kind !== "where") {
      bound.push(step);
      continue;
    }
    const filter = bindFilter(layout, step.filter);
    const last = bound.at(-1);
    if (last?.kind !== "where") bound.push({ kind: "where", filter });
    else if (filter.kind !== "always") {
      const filters = [last.filter, filter].flatMap((part) => (part.kind === "and" ? part.filters : [part]));
      bound[bound.length - 1] = { kind: "where", filter: { kind: "and", filters } };
    }
  }
  return bound;
}

/** Rows of one row group, by its place in the file. */
export interface GroupRuns {
  readonly index: number;
  readonly runs: RowRuns;
}

/** The rows that the steps before the first filter leave, which can be told without reading. None where a row group has none. */
export function rowsByNumber(
  layout: FileLayout,
  steps: readonly BoundStep[],
): { groups: GroupRuns[]; rest: BoundStep[] } {
  let groups: GroupRuns[] = layout.rowGroups
    .map(({ rows }, index) => ({ index, runs: oneRun(0, rows) }))
    .filter(({ runs }) => runs.length > 0);
  let done = 0;
  for (const step of steps) {
    if (step.kind === "where") break;
    done++;
    groups = step.kind === "slice" ? slicedGroups(groups, step.offset, step.length) : sampledGroups(groups, step);
  }
  return { groups, rest: steps.slice(done) };
}

function slicedGroups(groups: readonly GroupRuns[], offset: number, length: number): GroupRuns[] {
  const sliced: GroupRuns[] = [];
  let before = 0;
  for (const { index, runs } of groups) {
    const rows = countRows(runs);
    const from = Math.max(offset - before, 0);
    const to = Math.min(offset + length - before, rows);
    if (from < to) sliced.push({ index, runs: from === 0 && to === rows ? runs : sliceRuns(runs, from, to - from) });
    before += rows;
    if (before >= offset + length) break;
  }
  return sliced;
}

function sampledGroups(groups: readonly GroupRuns[], { count, seed }: { count: number; seed: number }): GroupRuns[] {
  const rows = groups.map(({ runs }) => countRows(runs));
  const total = rows.reduce((sum, more) => sum + more, 0);
  if (count >= total) return [...groups];
  const places = drawRows(total, count, seed);
  const sampled: GroupRuns[] = [];
  let before = 0;
  let at = 0;
  groups.forEach(({ index, runs }, i) => {
    const first = at;
    while (at < places.length && places[at]! < before + rows[i]!) at++;
    if (at > first) sampled.push({ index, runs: pickRows(runs, places.subarray(first, at), before) });
    before += rows[i]!;
  });
  return sampled;
}

/**
 * The rows that all steps leave, row group by row group in the order of the table. What a filter needs is read when the
 * row group is asked for; nothing is read after a slice has all its rows.
 */
export async function* selectRows(
  file: OpenedFile,
  parts: FileParts,
  steps: readonly BoundStep[],
): AsyncGenerator<SelectedRows, void, undefined> {
  const { groups, rest } = rowsByNumber(parts.layout, steps);
  let selected = fromGroups(file, parts, groups);
  rest.forEach((step, i) => {
    if (step.kind === "where") {
      // Reading ahead is waste when a slice may not want the next row group.
      const mayStop = rest
        .slice(i + 1)
        .some((later) => later.kind === "slice" && later.length !== Number.POSITIVE_INFINITY);
      const upcoming = i === 0 ? groups.map(({ index }) => index) : [];
      selected = filtered(file, parts, step.filter, selected, upcoming, !mayStop);
    } else if (step.kind === "slice") selected = sliced(selected, step.offset, step.length);
    else selected = sampled(file, parts, selected, step);
  });
  yield* selected;
}

async function* fromGroups(
  file: OpenedFile,
  { layout }: FileParts,
  groups: readonly GroupRuns[],
): AsyncGenerator<SelectedRows, void, undefined> {
  for (const { index, runs } of groups) {
    yield { index, runs, group: layout.rowGroups[index]!, held: heldBytes(file.readRange, file.gapBytes) };
  }
}

/** Row groups whose page indexes are read at once. */
const groupsAhead = 64;

/** What is to be matched of one row group. */
interface Candidates {
  readonly from: SelectedRows;
  readonly runs: RowRuns;
  readonly plan: GroupPlan;
}

async function* filtered(
  file: OpenedFile,
  parts: FileParts,
  filter: BoundFilter,
  source: AsyncGenerator<SelectedRows, void, undefined>,
  upcoming: readonly number[],
  readAhead: boolean,
): AsyncGenerator<SelectedRows, void, undefined> {
  const columns = filterColumns(filter);
  /** How many of the row groups to come have their indexes read. */
  let indexed = 0;
  /** The next row group that has candidates, its columns of the filter read. */
  const nextCandidates = async (): Promise<Candidates | undefined> => {
    for (;;) {
      const { value: from, done } = await source.next();
      if (done) return undefined;
      if (readAhead && upcoming[indexed] === from.index) {
        await readPruningIndexes(file, parts, upcoming.slice(indexed, indexed + groupsAhead), filter);
        indexed += groupsAhead;
      }
      const { runs } = await pruneGroup(file, parts, from.index, filter, from.runs);
      if (runs.length === 0) continue;
      const plan = await planGroup(file, parts, from.group, columns, runs);
      await from.held.fetch(plan.ranges);
      return { from, runs, plan };
    }
  };
  const ask = (): Promise<Candidates | undefined> => {
    const asked = nextCandidates();
    asked.catch(() => {});
    return asked;
  };
  try {
    let next = ask();
    for (;;) {
      const candidates = await next;
      if (!candidates) return;
      if (readAhead) next = ask();
      const runs = await matchingRuns(file, parts, filter, columns, candidates);
      if (runs.length > 0) yield { ...candidates.from, runs };
      if (!readAhead) next = ask();
    }
  } finally {
    await source.return();
  }
}

async function matchingRuns(
  { direct }: OpenedFile,
  parts: FileParts,
  filter: BoundFilter,
  columns: ReturnType<typeof filterColumns>,
  { from, runs, plan }: Candidates,
): Promise<RowRuns> {
  if (filter.kind === "always") return runs;
  const lookup = direct ? sortedLookup(filter) : undefined;
  const found = lookup && (await findSorted(parts, lookup, plan, from.held));
  if (found) return found;
  const decoded = await decodeRows(parts, columns, plan, from.held);
  const byColumn = new Map(columns.map((column, i) => [column, decoded[i]!]));
  return maskedRuns(runs, await matchFilter(filter, byColumn, countRows(runs)));
}

async function* sliced(
  source: AsyncGenerator<SelectedRows, void, undefined>,
  offset: number,
  length: number,
): AsyncGenerator<SelectedRows, void, undefined> {
  let toSkip = offset;
  let toTake = length;
  try {
    while (toTake > 0) {
      const { value, done } = await source.next();
      if (done) return;
      const rows = countRows(value.runs);
      const skipped = Math.min(toSkip, rows);
      const taken = Math.min(toTake, rows - skipped);
      toSkip -= skipped;
      toTake -= taken;
      if (taken > 0) yield { ...value, runs: sliceRuns(value.runs, skipped, taken) };
    }
  } finally {
    await source.return();
  }
}

/** How many rows there are is known only at the end. Till then, what was read is not kept: it may be all of the table. */
async function* sampled(
  file: OpenedFile,
  { layout }: FileParts,
  source: AsyncGenerator<SelectedRows, void, undefined>,
  step: { readonly count: number; readonly seed: number },
): AsyncGenerator<SelectedRows, void, undefined> {
  const groups: GroupRuns[] = [];
  const kept = new Map<number, HeldBytes>();
  let keptBytes = 0;
  for await (const { index, runs, held } of source) {
    groups.push({ index, runs });
    keptBytes += held.byteLength;
    if (keptBytes <= mostKeptBytes) kept.set(index, held);
  }
  for (const { index, runs } of sampledGroups(groups, step)) {
    const held = kept.get(index) ?? heldBytes(file.readRange, file.gapBytes);
    yield { index, runs, group: layout.rowGroups[index]!, held };
  }
}

const mostKeptBytes = 2 ** 26;
