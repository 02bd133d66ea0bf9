import { randomBytes } from "node:crypto";
import {
  type Clock,
  currentOwner,
  type JsonObject,
  type Lease,
  type LeaseClaim,
  type LeaseOptions,
  type LeaseState,
} from "@larder/core";
import type { OpenStore } from "../open-store.js";
import { bootClock } from "./boot-clock.js";
import { conditionOf, leaseState, momentOf } from "./lease-condition.js";
import { type LeaseRow, readLeaseRow, writeLeaseRow } from "./lease-row.js";
import { ownerWatch } from "./owner-watch.js";
import { leaseSweep } from "./sweep-leases.js";

/** The leases of a store; as in `Leases` of core. */
export interface LeaseTable {
  acquire(store: OpenStore, name: string, options?: LeaseOptions): Promise<LeaseClaim>;
  renew(store: OpenStore, lease: Lease): Promise<boolean>;
  release(store: OpenStore, lease: Lease, outcome?: JsonObject): Promise<boolean>;
  read(store: OpenStore, name: string): LeaseState | undefined;
}

/** Works on the leases of a store. What it keeps in memory only saves work. */
export function leaseTable(clock: Clock = bootClock): LeaseTable {
  const owners = ownerWatch(clock);
  const sweep = leaseSweep(clock, owners);

  /** A row that is held with this token is replaced. */
  async function change(store: OpenStore, { name, token }: Lease, next: (row: LeaseRow) => LeaseRow): Promise<boolean> {
    const { environment, xxhash, batches } = store;
    return batches.run(() => {
      const row = readLeaseRow(environment.leases, name, xxhash);
      if (row?.token !== token || conditionOf(row, momentOf(clock), owners.look) !== "held") return false;
      writeLeaseRow(environment.leases, name, next(row), xxhash);
      return true;
    });
  }

  return {
    async acquire(store, name, { expiresAfterMs } = {}) {
      checkExpiry(expiresAfterMs);
      const { environment, xxhash, batches } = store;
      const token = randomBytes(16).toString("hex");
      const owner = currentOwner();
      const holder = (): LeaseState | undefined => {
        const row = readLeaseRow(environment.leases, name, xxhash);
        const held = row !== undefined && conditionOf(row, momentOf(clock), owners.look) === "held";
        return held ? leaseState(row, "held") : undefined;
      };
      // Most who ask for a lease that is held are refused without keeping other writers waiting.
      environment.refresh();
      const known = holder();
      if (known !== undefined) return { granted: false, holder: known };
      return batches.run((): LeaseClaim => {
        const other = holder();
        if (other !== undefined) return { granted: false, holder: other };
        const row = {
          token,
          owner,
          since: momentOf(clock),
          ...(expiresAfterMs === undefined ? {} : { expiresAfterMs }),
        };
        writeLeaseRow(environment.leases, name, row, xxhash);
        sweep(store);
        return { granted: true, lease: { name, token } };
      });
    },
    renew: (store, lease) => change(store, lease, (row) => ({ ...row, since: momentOf(clock) })),
    release(store, lease, outcome) {
      const told = outcome === undefined ? {} : { outcome };
      return change(store, lease, (row) => ({ ...row, since: momentOf(clock), released: true, ...told }));
    },
    read({ environment, xxhash }, name) {
      environment.refresh();
      const row = readLeaseRow(environment.leases, name, xxhash);
      return row && leaseState(row, conditionOf(row, momentOf(clock), owners.glance));
    },
  };
}

function checkExpiry(expiresAfterMs: number | undefined): void {
  if (expiresAfterMs === undefined || (Number.isFinite(expiresAfterMs) && expiresAfterMs > 0)) return;
  throw new RangeError(`expiresAfterMs must be a number of milliseconds above 0, not ${expiresAfterMs}.`);
}
