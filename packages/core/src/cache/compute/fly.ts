import type { BlobRecord, JsonObject } from "../../blob-record.js";
import type { LeaseState } from "../../capabilities/index.js";
import type { CacheParts } from "../cache-parts.js";
import { release, type TakesStale } from "../entry-reader.js";
import type { FlightState, Landing } from "../flights.js";
import { awaitHolder } from "./await-holder.js";
import { computeAndStore } from "./compute-and-store.js";
import { ComputeFailedElsewhereError } from "./compute-failed-elsewhere-error.js";
import type { ComputeLeases, HeldLease } from "./compute-leases.js";
import type { ComputeTerms } from "./compute-terms.js";
import type { Compute } from "./get-or-set-options.js";
import { failedOutcome, type LeaseOutcome, notStoredOutcome, readOutcome, storedOutcome } from "./lease-outcome.js";

/** What a flight is to bring. */
export interface FlightOrder {
  readonly key: string;
  readonly compute: Compute<unknown>;
  readonly terms: ComputeTerms;
  /** Somebody may have stored a value since the caller looked, so look again first. */
  readonly lookAgain: boolean;
  /** Computed anew although there is a value: this one, for this reason. */
  readonly refreshes?: { readonly record: BlobRecord; readonly reason: "early" | "stale" } | undefined;
}

/**
 * How often a flight waits for another holder without getting anything of it, before it computes the value itself: when
 * holders die one after the other, store nothing, or leases do nothing.
 */
const waitsAtMost = 5;

/**
 * Brings one value: computes it, or waits for the thread or process that does.
 *
 * @throws what `compute` throws, or `ComputeFailedElsewhereError`; the reason of the flight's signal when that is aborted
 *   before the value is computed here
 */
export async function fly(parts: CacheParts, order: FlightOrder, state: FlightState): Promise<Landing> {
  const leases = order.terms.singleFlight ? parts.leases : undefined;
  if (leases === undefined) {
    const landing = order.lookAgain ? await lookOnceMore(parts, order) : undefined;
    return landing ?? computeHere(parts, order, state);
  }
  const started = parts.clock.monotonic();
  for (let waits = 0; waits < waitsAtMost && !state.superseded; waits++) {
    const claim = await leases.claim(order.key, () => state.superseded || state.controller.signal.aborted);
    state.controller.signal.throwIfAborted();
    if (claim === undefined) break;
    if (claim.lease !== undefined) return underLease(parts, order, state, claim.lease);
    if (state.background && state.waiting === 0) return { kind: "left" };
    const outcome = await outcomeOf(parts, order, state, leases, claim.holder);
    if (outcome === undefined) continue;
    if (outcome.kind === "not-stored") break;
    const landing = await landingOf(parts, order, outcome);
    if (landing === undefined) continue;
    const waitedMs = Math.max(0, parts.clock.monotonic() - started);
    parts.onEvent?.({ type: "stampede-avoided", key: order.key, waitedMs });
    return landing();
  }
  return computeHere(parts, order, state);
}

type HolderOutcome = LeaseOutcome | { readonly kind: "unknown" };

/** What the holder says in the end; `unknown` when another one followed it; `undefined` when it has died. */
async function outcomeOf(
  { random, reader }: CacheParts,
  { key, terms }: FlightOrder,
  { controller }: FlightState,
  leases: ComputeLeases,
  holder: LeaseState,
): Promise<HolderOutcome | undefined> {
  const isThere = async () => {
    const found = await reader.find(key, terms.template.lifetimeMs);
    if (typeof found === "string") return false;
    await release(found.stored);
    return true;
  };
  const ended = await awaitHolder({ key, holder, leases, isThere, signal: controller.signal, random });
  if (ended === "failed") return { kind: "not-stored" };
  if (ended === undefined || ended.token !== holder.token) return { kind: "unknown" };
  if (ended.condition !== "released") return undefined;
  return readOutcome(ended.outcome) ?? { kind: "unknown" };
}

/** How to land with what somebody else brought; `undefined` when there is nothing after all. */
async function landingOf(
  { reader }: CacheParts,
  { key, terms }: FlightOrder,
  outcome: Exclude<HolderOutcome, { kind: "not-stored" }>,
): Promise<(() => Landing) | undefined> {
  if (outcome.kind === "failed") {
    return () => {
      throw new ComputeFailedElsewhereError(key, outcome.error);
    };
  }
  // What was computed for those who wait is theirs, even when its time to live is over by now.
  const isThatOne: TakesStale | undefined =
    outcome.kind === "stored"
      ? ({ checksum, createdAt }) => checksum === outcome.checksum && createdAt === outcome.createdAt
      : undefined;
  const found = await reader.find(key, terms.template.lifetimeMs, isThatOne);
  if (typeof found === "string") return undefined;
  const read = await reader.readRepeatable(found);
  if ("miss" in read) return undefined;
  return () => ({ kind: isThatOne === undefined ? "found" : "computed", ...read });
}

async function underLease(
  parts: CacheParts,
  order: FlightOrder,
  state: FlightState,
  lease: HeldLease,
): Promise<Landing> {
  let outcome: JsonObject | undefined;
  state.whenSuperseded = () => lease.release();
  if (state.superseded) lease.release();
  try {
    const landing = await lookOnceMore(parts, order);
    if (landing !== undefined) {
      outcome = landing.record && storedOutcome(landing.record);
      return landing;
    }
    state.controller.signal.throwIfAborted();
    tellOfRefresh(parts, order);
    const computed = await computeAndStore(parts, order.key, order.compute, order.terms, state);
    outcome = computed.record === undefined ? notStoredOutcome : storedOutcome(computed.record);
    return computed.landing;
  } catch (error) {
    // When this was ended because nobody waits here, those who wait elsewhere are to compute it, not to fail.
    if (!state.controller.signal.aborted) outcome = failedOutcome(error);
    throw error;
  } finally {
    state.whenSuperseded = undefined;
    lease.release(outcome);
  }
}

async function computeHere(parts: CacheParts, order: FlightOrder, state: FlightState): Promise<Landing> {
  state.controller.signal.throwIfAborted();
  tellOfRefresh(parts, order);
  return (await computeAndStore(parts, order.key, order.compute, order.terms, state)).landing;
}

/** The value somebody has stored since this flight's caller looked; `undefined` when there is none. */
async function lookOnceMore(
  { reader, onEvent }: CacheParts,
  { key, terms, refreshes }: FlightOrder,
): Promise<(Landing & { readonly record?: BlobRecord }) | undefined> {
  const found = await reader.find(key, terms.template.lifetimeMs);
  if (typeof found === "string") return undefined;
  const { record } = found.stored;
  const isTheSame = refreshes?.record.createdAt === record.createdAt && refreshes.record.checksum === record.checksum;
  if (refreshes !== undefined) {
    await release(found.stored);
    return isTheSame ? undefined : { kind: "left", record };
  }
  const read = await reader.read(found);
  if (read.miss !== undefined) return undefined;
  onEvent?.({ type: "hit", key, record });
  return { kind: "found", value: read.value, record };
}

function tellOfRefresh({ onEvent }: CacheParts, { key, refreshes }: FlightOrder): void {
  if (refreshes !== undefined) onEvent?.({ type: "refresh", key, reason: refreshes.reason });
}
