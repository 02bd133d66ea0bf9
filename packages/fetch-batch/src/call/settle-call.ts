import type { DatasetIds, DatasetSnapshot } from "@larder/core";
import type { Table } from "apache-arrow";
import type { IdGroup } from "../fetching/run-batches.js";
import { idsWithout, noIds, unitedIds } from "../ids/sorted-ids.js";
import { type DataCall, distinctIds } from "./data-call.js";
import { fetchGroups } from "./fetch-groups.js";
import { throwFailures } from "./throw-failures.js";

/** A snapshot that has, with the rows kept in memory, every cell of a request. */
export interface SettledCall {
  readonly snapshot: DatasetSnapshot<Table>;
  /** Ids of the request without a row: ascending. */
  readonly absent: DatasetIds;
}

/**
 * Makes sure that everything can be read: what was fetched and is lacking again (invalidated meanwhile, damaged, never stored) is fetched
 * once more, and kept. Age does not matter here: what was known when the call began is known throughout.
 *
 * @throws as `makeKnown`
 */
export async function settleCall(call: DataCall): Promise<SettledCall> {
  for (;;) {
    const snapshot = await call.dataset.snapshot();
    let settled = false;
    try {
      const { version } = call.freshness;
      const coverage = snapshot.coverage(call.ids, call.columns, { version, now: Number.MAX_SAFE_INTEGER });
      const lacking = withoutKept(call, coverage.missingCells());
      if (lacking.length === 0) {
        settled = true;
        return { snapshot, absent: absentIds(call, coverage.absent) };
      }
      await fetchAndKeep(call, unitedIds(lacking, call.ids));
    } finally {
      if (!settled) await snapshot.close();
    }
  }
}

/** Fetches ids with all columns, and keeps their rows in memory. @throws as `makeKnown` */
export async function fetchAndKeep(call: DataCall, ids: DatasetIds): Promise<void> {
  call.keepAll = true;
  await fetchGroups(call, [{ ids, columns: call.columns }]);
  throwFailures(call);
}

/** Ids of the request whose rows are not in memory with all columns: ascending. */
export function idsNotKept(call: DataCall): DatasetIds {
  const [lacking = noIds(call.ids)] = withoutKept(call, [{ ids: distinctIds(call), columns: call.columns }]);
  return lacking;
}

/** What is lacking of groups of ids, beside what is in memory and what has no row. */
function withoutKept(call: DataCall, groups: readonly IdGroup[]): DatasetIds[] {
  return groups.flatMap(({ ids, columns }) => {
    const kept = call.kept.filter((rows) => columns.every((column) => rows.columns.includes(column)));
    const known = unitedIds([...kept.map((rows) => rows.ids), call.absent], call.ids);
    const lacking = idsWithout(ids, known);
    return lacking.length === 0 ? [] : [lacking];
  });
}

/** What this call has seen counts before what the store says. */
function absentIds(call: DataCall, stored: DatasetIds): DatasetIds {
  if (stored.length === 0) return call.absent;
  const kept = unitedIds(
    call.kept.map(({ ids }) => ids),
    call.ids,
  );
  return unitedIds([idsWithout(stored, kept), call.absent], call.ids);
}
