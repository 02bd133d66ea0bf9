import type { ReadPlan, RowGroupPlan } from "@larder/core";
import type { ReadableColumn } from "../format/file-layout.js";
import { type ByteRange, joinRanges } from "../read/byte-ranges.js";
import type { FileParts, OpenedFile } from "../read/opened-file.js";
import { planGroup } from "../read/read-plan.js";
import { countRows } from "../read/row-runs.js";
import { filterColumns } from "./bind-filter.js";
import { pruneGroup } from "./prune-group.js";
import { type ScanStep, stepText } from "./scan-steps.js";
import { type BoundStep, rowsByNumber } from "./select-rows.js";

/** What a scan reads, at most, and why. The footer and indexes are read for it, values are not. */
export async function explainScan(
  file: OpenedFile,
  parts: FileParts,
  columns: readonly ReadableColumn[],
  steps: readonly ScanStep[],
  boundSteps: readonly BoundStep[],
): Promise<ReadPlan> {
  const { layout } = parts;
  const { groups, rest } = rowsByNumber(layout, boundSteps);
  const isNothing = rest.some(
    (step) => step.kind !== "where" && (step.kind === "slice" ? step.length : step.count) === 0,
  );
  const filters = rest.flatMap((step) => (step.kind === "where" ? [step.filter] : []));
  const asked = [...new Set(filters.flatMap(filterColumns))];
  const rowGroups: RowGroupPlan[] = layout.rowGroups.map(({ rows }) => ({
    rows,
    decision: "skipped",
    by: "slice",
    candidateRows: 0,
  }));
  const ranges: ByteRange[] = [];
  for (const { index, runs } of isNothing ? [] : groups) {
    const group = layout.rowGroups[index]!;
    // Filters behind a slice rule rows out as well, but change what the slice counts: only the first one is certain.
    const { runs: left, by } =
      rest[0]?.kind === "where" ? await pruneGroup(file, parts, index, rest[0].filter, runs) : { runs, by: undefined };
    if (left.length === 0) {
      rowGroups[index] = { rows: group.rows, decision: "skipped", ...(by && { by }), candidateRows: 0 };
      continue;
    }
    rowGroups[index] = { rows: group.rows, decision: "read", candidateRows: countRows(left) };
    const plan = await planGroup(file, parts, group, [...new Set([...asked, ...columns])], left);
    ranges.push(...joinRanges(plan.ranges, file.gapBytes).filter((range) => !file.isHeld(range)));
  }
  const joined = joinRanges(ranges);
  return {
    rows: layout.rows,
    columns: columns.map((column) => column.name),
    steps: steps.map(stepText),
    filterColumns: asked.map((column) => column.name),
    rowGroups,
    ranges: joined,
    bytes: joined.reduce((sum, { start, end }) => sum + end - start, 0),
  };
}
