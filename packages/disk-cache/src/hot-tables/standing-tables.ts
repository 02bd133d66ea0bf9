import type { BlobRecord, Transactions } from "@larder/core";
import { type HotTable, type HotTableList, readHotTables } from "./hot-table-list.js";
import { tableState } from "./table-profile.js";

/** Records that are looked at in one transaction, which holds up other writers. */
const recordsAtOnce = 500;

/**
 * The tables of a cache that are hot by use now: those of the list, held against their records; without a list, those that are found
 * among all records.
 *
 * @param directory - of the cache
 * @param uses - when this process read tables last, by key
 */
export async function standingTables(
  index: Transactions,
  directory: string,
  uses: ReadonlyMap<string, number>,
): Promise<Map<string, HotTable>> {
  const listed = readHotTables(directory);
  const found = listed === undefined ? await findAll(index) : await heldAgainstRecords(index, listed);
  const standing = new Map<string, HotTable>();
  for (const [key, table] of found) {
    standing.set(key, { ...table, usedAt: Math.max(table.usedAt, uses.get(key) ?? 0) });
  }
  return standing;
}

async function heldAgainstRecords(index: Transactions, listed: HotTableList): Promise<Map<string, HotTable>> {
  const found = new Map<string, HotTable>();
  const tables = [...listed.values()];
  for (let at = 0; at < tables.length; at += recordsAtOnce) {
    const some = tables.slice(at, at + recordsAtOnce);
    const records = await index.transaction((view) => some.map(({ key }) => view.record(key)));
    for (const [i, { key, usedAt }] of some.entries()) {
      const hot = hotTable(key, records[i], usedAt);
      if (hot !== undefined) found.set(key, hot);
    }
  }
  return found;
}

async function findAll(index: Transactions): Promise<Map<string, HotTable>> {
  const found = new Map<string, HotTable>();
  let from: string | undefined = "";
  while (from !== undefined) {
    const range = { from, limit: recordsAtOnce };
    const step: readonly (readonly [string, BlobRecord | undefined])[] = await index.transaction((view) =>
      [...view.keys(range)].map((key) => [key, view.record(key)] as const),
    );
    for (const [key, record] of step) {
      const hot = hotTable(key, record, 0);
      if (hot !== undefined) found.set(key, hot);
    }
    from = step.length < recordsAtOnce ? undefined : `${step.at(-1)![0]}\0`;
  }
  return found;
}

function hotTable(key: string, record: BlobRecord | undefined, usedAt: number): HotTable | undefined {
  const state = record && tableState(record);
  if (state?.is !== "made-hot") return undefined;
  return { key, coldBytes: state.coldBytes, hotBytes: record!.byteLength, usedAt };
}
