import {
  type CellCoverage,
  type DatasetClaim,
  type DatasetIds,
  type DatasetSnapshot,
  sleepUntilAborted,
} from "@larder/core";
import type { Table } from "apache-arrow";
import type { IdGroup } from "../fetching/run-batches.js";
import { noIds } from "../ids/sorted-ids.js";
import { type DataCall, distinctIds, freshnessNow } from "./data-call.js";
import { fetchGroups } from "./fetch-groups.js";
import { throwFailures } from "./throw-failures.js";

/** What a request wants of what is missing. */
export interface KnowOptions {
  readonly refresh: boolean;
  readonly refetch: "rows" | "missing-cells";
}

/**
 * Fetches what is missing, once: what others are fetching is waited for, and fetched here only where they failed.
 *
 * @throws as `fetchGroups`; what `throwFailures` makes of batches that failed
 */
export async function makeKnown(call: DataCall, { refresh, refetch }: KnowOptions): Promise<void> {
  if (call.ids.length === 0) return;
  let open = refresh ? distinctIds(call) : await missingNow(call, call.ids);
  while (open.length > 0) {
    call.signal?.throwIfAborted();
    const claim = await claimIds(call, open);
    try {
      const all = [{ ids: open, columns: call.columns }];
      await fetchGroups(call, refresh ? all : await lackingNow(call, claim.mine, refetch));
    } finally {
      await releaseClaim(call, claim);
    }
    throwFailures(call);
    if (refresh || claim.others.length === 0) return;
    await othersMoved(call, claim);
    open = await missingNow(call, claim.others);
  }
}

/** Ids of some that lack a cell now: ascending, each once. */
async function missingNow(call: DataCall, ids: DatasetIds): Promise<DatasetIds> {
  return withSnapshot(call, (snapshot) => snapshot.coverage(ids, call.columns, freshnessNow(call)).missing);
}

/** What of some ids is to be fetched now: since they were claimed, others may have stored them. */
async function lackingNow(
  call: DataCall,
  ids: DatasetIds,
  refetch: KnowOptions["refetch"],
): Promise<readonly IdGroup[]> {
  if (ids.length === 0) return [];
  const groups = (coverage: CellCoverage): readonly IdGroup[] =>
    refetch === "rows" ? [{ ids: coverage.missing, columns: call.columns }] : coverage.missingCells();
  return withSnapshot(call, (snapshot) => groups(snapshot.coverage(ids, call.columns, freshnessNow(call))));
}

async function withSnapshot<Result>(
  call: DataCall,
  use: (snapshot: DatasetSnapshot<Table>) => Result,
): Promise<Result> {
  const snapshot = await call.dataset.snapshot();
  try {
    return use(snapshot);
  } finally {
    await snapshot.close();
  }
}

/** Claims are hints: without them all is fetched here. */
async function claimIds(call: DataCall, ids: DatasetIds): Promise<DatasetClaim> {
  try {
    return await call.dataset.claim(ids, call.columns);
  } catch (cause) {
    call.warn({
      code: "claim-failed",
      message: `Other processes can't be told what is fetched of ${JSON.stringify(call.table)}; they may fetch the same.`,
      facts: { table: call.table },
      cause,
    });
    return { mine: ids, others: noIds(ids), othersMoved: async () => undefined, release: async () => undefined };
  }
}

async function releaseClaim(call: DataCall, claim: DatasetClaim): Promise<void> {
  try {
    await claim.release();
  } catch (cause) {
    call.warn({
      code: "claim-failed",
      message: `A claim on ids of ${JSON.stringify(call.table)} can't be given back; others wait for them until this process ends.`,
      facts: { table: call.table },
      cause,
    });
  }
}

const patienceMs = 60_000;

/** Waits until one of the others has stored something, given up, or died, or nothing has moved for a minute. */
async function othersMoved(call: DataCall, claim: DatasetClaim): Promise<void> {
  const { sleep = sleepUntilAborted } = call.fetching?.pace ?? {};
  const done = new AbortController();
  const either = call.signal === undefined ? done.signal : AbortSignal.any([done.signal, call.signal]);
  try {
    either.throwIfAborted();
    const patience = sleep(patienceMs, either);
    patience.catch(() => undefined);
    const moved = claim.othersMoved(either);
    moved.catch(() => undefined);
    await Promise.race([moved, patience]);
  } finally {
    done.abort();
  }
}
