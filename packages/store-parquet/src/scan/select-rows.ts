import type { FileLayout } from "../format/file-layout.js";
import { type HeldBytes, heldBytes } from "../read/held-bytes.js";
import type { FileParts, OpenedFile } from "../read/opened-file.js";
import type { WantedRows } from "../read/read-table.js";
import { countRows, oneRun, pickRows, type RowRuns, sliceRuns } from "../read/row-runs.js";
import { type BoundFilter, bindFilter } from "./bind-filter.js";
import { drawRows } from "./draw-rows.js";
import { filteredRows } from "./filter-rows.js";
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
      selected = filteredRows(file, parts, step.filter, selected, upcoming, !mayStop);
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
