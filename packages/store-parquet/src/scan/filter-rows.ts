import type { FileParts, OpenedFile } from "../read/opened-file.js";
import { type GroupPlan, planGroup } from "../read/read-plan.js";
import { decodeRows } from "../read/read-table.js";
import { countRows, maskedRuns, type RowRuns } from "../read/row-runs.js";
import { type BoundFilter, filterColumns } from "./bind-filter.js";
import { findSorted, type SortedLookup, sortedLookup } from "./find-sorted.js";
import { matchFilter } from "./match-filter.js";
import { pruneGroup, readPruningIndexes } from "./prune-group.js";
import { isReadByPage } from "./searched-pieces.js";
import type { SelectedRows } from "./select-rows.js";

/** Row groups whose page indexes are read at once. */
const groupsAhead = 64;

/** What is to be matched of one row group. */
interface Candidates {
  readonly from: SelectedRows;
  readonly runs: RowRuns;
  readonly plan: GroupPlan;
}

/** How rows are matched. */
interface Matching {
  readonly filter: BoundFilter;
  readonly columns: ReturnType<typeof filterColumns>;
  readonly lookup: SortedLookup | undefined;
}

/** The rows that a filter leaves. What it needs of a row group is read before, of the next one meanwhile where `readAhead`. */
export async function* filteredRows(
  file: OpenedFile,
  parts: FileParts,
  filter: BoundFilter,
  source: AsyncGenerator<SelectedRows, void, undefined>,
  upcoming: readonly number[],
  readAhead: boolean,
): AsyncGenerator<SelectedRows, void, undefined> {
  const columns = filterColumns(filter);
  const lookup = file.direct ? sortedLookup(filter) : undefined;
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
      if (!(lookup && isReadByPage(file, plan.columns[0]![0]!))) await from.held.fetch(plan.ranges);
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
      const runs = await matchingRuns(file, parts, { filter, columns, lookup }, candidates);
      if (runs.length > 0) yield { ...candidates.from, runs };
      if (!readAhead) next = ask();
    }
  } finally {
    await source.return();
  }
}

async function matchingRuns(
  file: OpenedFile,
  parts: FileParts,
  { filter, columns, lookup }: Matching,
  { from, runs, plan }: Candidates,
): Promise<RowRuns> {
  if (filter.kind === "always") return runs;
  const found = lookup && (await findSorted(file, parts, lookup, plan, from.held));
  if (found) return found;
  await from.held.fetch(plan.ranges);
  const decoded = await decodeRows(parts, columns, plan, from.held);
  const byColumn = new Map(columns.map((column, i) => [column, decoded[i]!]));
  return maskedRuns(runs, await matchFilter(filter, byColumn, countRows(runs)));
}
