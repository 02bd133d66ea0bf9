import type { Clock } from "@larder/core";
import type { OpenStore } from "../open-store.js";
import { ageMs, conditionOf, momentOf } from "./lease-condition.js";
import { parseLeaseRow } from "./lease-row.js";
import type { OwnerWatch } from "./owner-watch.js";

/** How long a lease that has ended is kept: those who waited may still ask how. */
const keptMs = 60_000;

/** Rows looked at each time; more than one, so that the sweep is quicker than what comes after it. */
const stepRows = 4;

const first: Uint8Array = Buffer.of(0);

/**
 * Removes leases that have ended a while ago, a few each time, going round and round, so that the table does not grow with
 * the names that were ever used. To be called within a transaction.
 */
export function leaseSweep(clock: Clock, owners: OwnerWatch): (store: OpenStore) => void {
  let from = first;
  return ({ environment: { leases }, xxhash }) => {
    const now = momentOf(clock);
    const rows = leases.rowsIn({ from, limit: stepRows });
    for (const { key, row: bytes } of rows) {
      const row = parseLeaseRow(bytes, undefined, xxhash);
      const kept = row !== undefined && (ageMs(row, now) < keptMs || conditionOf(row, now, owners.glance) === "held");
      if (!kept) leases.remove(key);
    }
    from = rows.length < stepRows ? first : Buffer.concat([rows.at(-1)!.key, Buffer.of(0)]);
  };
}
