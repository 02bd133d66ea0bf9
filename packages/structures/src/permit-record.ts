import { type BlobRecord, type JsonObject, ownerState, type TransactionView } from "@larder/core";
import { type Deadline, deadlineAfter, deadlineJson, isOfBoot, parseDeadline, remainingMs } from "./deadline.js";
import type { StructureStore } from "./structure-store.js";

/** Who holds a permit, and until when. */
export interface PermitRecord {
  readonly owner: string;
  /** The end of its time to live: the permit is over then, even when its owner lives. */
  readonly expiry?: Deadline;
  /** Until then an owner of whom nobody can tell whether it lives is taken to live. */
  readonly trust: Deadline;
}

/** How long an owner on another host, or in another container, is believed to live after it last said so. */
const trustMs = 60_000;

/** A permit as of now. */
export function permitRecord(owner: string, ttlMs: number | undefined, { clock }: StructureStore): PermitRecord {
  const trust = deadlineAfter(trustMs, clock);
  return ttlMs === undefined ? { owner, trust } : { owner, trust, expiry: deadlineAfter(ttlMs, clock) };
}

export function storePermit(store: StructureStore, view: TransactionView, key: string, permit: PermitRecord): void {
  const { owner, expiry, trust } = permit;
  const details: JsonObject = {
    owner,
    trust: deadlineJson(trust),
    ...(expiry !== undefined && { expiry: deadlineJson(expiry) }),
  };
  view.set(key, store.mark({ permit: details }));
}

/** The permits held now. Those whose owner is dead or whose time is over, and damaged ones, are dropped. */
export function heldPermits(store: StructureStore, view: TransactionView): PermitRecord[] {
  const held: PermitRecord[] = [];
  for (const key of [...view.keys({ prefix: store.prefix })]) {
    const permit = parsePermit(view.record(key));
    if (permit !== undefined && holds(permit, store)) {
      held.push(permit);
      keepInThisBoot(store, view, key, permit);
    } else view.delete(key);
  }
  return held;
}

function holds({ owner, expiry, trust }: PermitRecord, { clock }: StructureStore): boolean {
  if (expiry !== undefined && remainingMs(expiry, clock) === 0) return false;
  const state = ownerState(owner);
  if (state === "alive") return true;
  return state !== "dead" && (expiry !== undefined || remainingMs(trust, clock) > 0);
}

/** A deadline of another boot goes by the wall clock only once: from now on it goes by the clock that can't jump. */
function keepInThisBoot(store: StructureStore, view: TransactionView, key: string, permit: PermitRecord): void {
  const { clock } = store;
  const { owner, expiry, trust } = permit;
  if (isOfBoot(trust, clock) && (expiry === undefined || isOfBoot(expiry, clock))) return;
  const anew = (deadline: Deadline) => deadlineAfter(remainingMs(deadline, clock), clock);
  storePermit(store, view, key, { owner, trust: anew(trust), ...(expiry !== undefined && { expiry: anew(expiry) }) });
}

/** The permit of a record; `undefined` when the record is damaged or not one of a permit. */
export function parsePermit(record: BlobRecord | undefined): PermitRecord | undefined {
  const details = record?.details?.permit;
  if (typeof details !== "object" || details === null || Array.isArray(details)) return undefined;
  const { owner, expiry, trust } = details as JsonObject;
  const trusted = parseDeadline(trust);
  const expires = parseDeadline(expiry);
  if (typeof owner !== "string" || trusted === undefined || (expiry !== undefined && expires === undefined)) {
    return undefined;
  }
  return { owner, trust: trusted, ...(expires !== undefined && { expiry: expires }) };
}
