import { setTimeout as pause } from "node:timers/promises";
import { CacheFullError } from "@larder/core";
import { addressOfKey } from "../blob-address.js";
import { readBlobRow } from "../blob-rows.js";
import type { OpenStore } from "../open-store.js";
import { isOrdered, orderMore } from "../order/entry-order.js";
import type { StoreContext } from "../store-context.js";
import { accountedFileBytes } from "./accounted-bytes.js";
import { evict, evictionsLeft, missingBytes } from "./evict.js";
import { planEviction } from "./eviction-candidates.js";
import {
  bytesOf,
  dropDeadReservations,
  dropReservation,
  type Reservation,
  writeReservation,
} from "./reservation-rows.js";
import { fullFacts } from "./room-needed-error.js";

/** Writes under way hold room that will be evictable once they are done: that long they are waited for. */
const patienceMs = 10_000;
const pollMs = 10;

/** Files that can't be freed are counted on no longer after so many attempts. */
const freeingAttempts = 20;

type Step =
  | { readonly kind: "reserved"; readonly reservation: Reservation | undefined }
  /** Something was evicted. */
  | { readonly kind: "again" }
  /** The order in which entries go is being made. */
  | { readonly kind: "ordering" }
  /** Files are about to be freed. */
  | { readonly kind: "free" }
  | { readonly kind: "grow"; readonly missing: number }
  /** Nothing more may be evicted; others hold reservations that may yet become evictable. */
  | { readonly kind: "wait"; readonly error: CacheFullError }
  | { readonly kind: "full"; readonly error: CacheFullError };

interface Attempt {
  readonly isFirst: boolean;
  readonly mayGrow: boolean;
  readonly mayFree: boolean;
}

/** What a reservation is for. */
export interface ReservationRequest {
  /** A reservation to be raised, instead of a new one. */
  readonly before?: Reservation | undefined;
  /** The place of an entry that is not to be evicted for it. */
  readonly except?: Uint8Array | undefined;
}

/**
 * Takes room before it is needed, evicting for it in transactions of their own. `undefined`: there is no limit, and so
 * nothing to reserve.
 *
 * @throws CacheFullError when it can't be made; nothing was evicted for it then, unless others took what was made room
 * for; `request.before` stands
 */
export async function reserveSpace(
  store: OpenStore,
  bytes: number,
  request: ReservationRequest = {},
): Promise<Reservation | undefined> {
  const { budget, clock } = store.space;
  const deadline = clock.monotonic() + patienceMs;
  let freed = 0;
  let attempt: Attempt = { isFirst: true, mayGrow: budget !== undefined, mayFree: true };
  for (;;) {
    const step = await store.batches.run(() => reserveStep(store, bytes, request, attempt));
    switch (step.kind) {
      case "reserved":
        return step.reservation;
      case "again":
        attempt = { ...attempt, isFirst: false };
        break;
      case "ordering":
        break;
      case "free":
        attempt = { ...attempt, mayFree: ++freed < freeingAttempts };
        break;
      case "grow":
        attempt = { ...attempt, mayGrow: await budget!.grow(step.missing) };
        break;
      case "wait":
        if (clock.monotonic() > deadline) throw step.error;
        await pause(pollMs);
        break;
      case "full":
        throw step.error;
    }
  }
}

/** Gives a reservation back. */
export async function releaseSpace(store: OpenStore, reservation: Reservation): Promise<void> {
  await store.batches.run(() => dropReservation(store, reservation));
}

function reserveStep(
  context: StoreContext,
  bytes: number,
  { before, except }: ReservationRequest,
  { isFirst, mayGrow, mayFree }: Attempt,
): Step {
  const { sizeLimitBytes } = context.space.policy();
  if (sizeLimitBytes === undefined) return { kind: "reserved", reservation: before };
  const reserved = () => ({ kind: "reserved" as const, reservation: writeReservation(context, bytes, before) });
  const held = before === undefined ? 0 : bytesOf(context, before);
  const more = bytes - held;
  if (missingBytes(context, more) <= 0) return reserved();
  dropDeadReservations(context);
  const missing = missingBytes(context, more);
  if (missing <= 0) return reserved();
  if (mayGrow) return { kind: "grow", missing };
  if (bytes > sizeLimitBytes) return { kind: "full", error: new CacheFullError(fullFacts(context, bytes)) };
  if (!isOrdered(context.space.policy())) {
    orderMore(context);
    return { kind: "ordering" };
  }
  const pending = mayFree ? pendingFileBytes(context) : 0;
  if (pending >= missing) return { kind: "free" };
  const limit = isFirst ? Number.POSITIVE_INFINITY : evictionsLeft(context);
  const plan = planEviction(context, missing - pending, { limit, except });
  if (!plan.isEnough && (isFirst || plan.victims.length === 0)) {
    const error = new CacheFullError(fullFacts(context, bytes));
    return { kind: context.space.account.totals().reservedBytes > held ? "wait" : "full", error };
  }
  for (const victim of plan.victims.slice(0, evictionsLeft(context))) evict(context, victim);
  return missingBytes(context, more) <= 0 ? reserved() : { kind: "again" };
}

/** Bytes of the files that nobody points at any more: freed right after this transaction. */
export function pendingFileBytes({ environment, xxhash }: StoreContext): number {
  let bytes = 0;
  for (const key of environment.unused.keysIn({ limit: Number.MAX_SAFE_INTEGER })) {
    const address = addressOfKey(key);
    const row = address && readBlobRow(environment.blobs, address, xxhash);
    if (row?.count === 0) bytes += accountedFileBytes(row.byteLength);
  }
  return bytes;
}
