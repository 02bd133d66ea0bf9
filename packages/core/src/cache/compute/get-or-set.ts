import type { BlobRecord } from "../../blob-record.js";
import { LarderError } from "../../errors.js";
import type { CacheParts } from "../cache-parts.js";
import { checkKey } from "../check-key.js";
import type { TakesStale } from "../entry-reader.js";
import { type Flight, ownCopy } from "../flights.js";
import { type Hit, lookUp } from "../look-up.js";
import { awaitLanding } from "./await-landing.js";
import { type ComputeTerms, computeTerms } from "./compute-terms.js";
import { ComputeTimeoutError } from "./compute-timeout-error.js";
import { type FlightOrder, fly } from "./fly.js";
import type { Compute, GetOrSetOptions } from "./get-or-set-options.js";
import { isDueEarly } from "./is-due-early.js";
import { mayServeStale } from "./may-serve-stale.js";

/** What a caller of `getOrSet` asks for. */
type Request = Pick<FlightOrder, "key" | "compute" | "terms">;

/** See `Cache.getOrSet`. */
export async function getOrSetIn(
  parts: CacheParts,
  key: string,
  compute: Compute<unknown>,
  options: GetOrSetOptions | undefined,
): Promise<unknown> {
  checkKey(key);
  const terms = computeTerms(options);
  terms.signal?.throwIfAborted();
  const { flights } = parts;
  for (;;) {
    const landingsBefore = flights.landings;
    const underWay = flights.under(key);
    // What is computed in the foreground was a miss, so there is nothing to look for, except a stale value.
    if (underWay === undefined || underWay.state.background || terms.staleWhileRevalidateMs !== undefined) {
      const read = await lookFirst(parts, { key, compute, terms });
      if (read !== undefined) return read.value;
      terms.signal?.throwIfAborted();
    }
    const joined = flights.under(key);
    const lookAgain = flights.landings !== landingsBefore;
    const flight = joined ?? launch(parts, { key, compute, terms, lookAgain }, false);
    const isAbandoned = joined?.state.controller.signal.aborted === true;
    try {
      const landing = await awaitLanding(flight, key, terms, () =>
        readStale(parts, key, terms, Number.POSITIVE_INFINITY),
      );
      if (landing.kind === "stale" || (landing.kind === "found" && joined === undefined)) return landing.value;
      if (landing.kind === "computed") return joined === undefined ? landing.value : await ownCopy(landing);
      // Found, by the measure of whoever came first, or left to somebody else: this caller looks by its own.
    } catch (error) {
      // It was ended because nobody waited for it before this caller came.
      if (isAbandoned && flight.state.landed) continue;
      const stale = await staleInstead(parts, key, terms, error);
      if (stale === undefined) throw error;
      return stale.value;
    }
  }
}

/** The value that is there, or may be returned although its time is over; both may be computed anew in the background. */
function lookFirst(parts: CacheParts, request: Request): Promise<Hit | undefined> {
  const { key, terms } = request;
  const { staleWhileRevalidateMs, template, beta } = terms;
  const takesStale: TakesStale | undefined =
    staleWhileRevalidateMs === undefined
      ? undefined
      : (record, now) => mayServeStale(record, terms, staleWhileRevalidateMs, now);
  const found = (hit: Hit): Hit => {
    const { record, stale } = hit;
    if (stale) refresh(parts, request, record, "stale");
    else if (beta !== undefined && isDueEarly(record, terms, parts.clock.now(), parts.random())) {
      refresh(parts, request, record, "early");
    }
    return hit;
  };
  return lookUp(parts, key, found, template.lifetimeMs, takesStale);
}

/** Computes a value anew in the background, unless it is being computed. */
function refresh(parts: CacheParts, request: Request, record: BlobRecord, reason: "early" | "stale"): void {
  if (parts.flights.under(request.key) !== undefined) return;
  launch(parts, { ...request, lookAgain: true, refreshes: { record, reason } }, true);
}

/** Starts a flight. What it throws when nobody waits for it is a warning. */
function launch(parts: CacheParts, order: FlightOrder, background: boolean): Flight {
  const { key, terms } = order;
  const { tags } = terms.template;
  const flight = parts.flights.start(key, { background, tags }, (state) => fly(parts, order, state));
  flight.landing.catch((error: unknown) => {
    const { waiting, controller } = flight.state;
    if (waiting > 0 || controller.signal.aborted) return;
    const message = `The value under '${key}' could not be computed in the background: ${said(error)}`;
    parts.onEvent?.({ type: "warning", code: "background-compute-failed", key, message, cause: error });
  });
  return flight;
}

/** The value to return in place of an error, where the caller allows one. */
async function staleInstead(
  parts: CacheParts,
  key: string,
  terms: ComputeTerms,
  error: unknown,
): Promise<{ readonly value: unknown } | undefined> {
  const { staleOnErrorMs, signal } = terms;
  if (staleOnErrorMs === undefined || signal?.aborted === true) return undefined;
  if (error instanceof ComputeTimeoutError || LarderError.isInstance(error, "cache-closed")) return undefined;
  const stale = await readStale(parts, key, terms, staleOnErrorMs);
  if (stale === undefined) return undefined;
  const message = `The value under '${key}' could not be computed, so that a stale one was returned: ${said(error)}`;
  parts.onEvent?.({ type: "warning", code: "stale-on-error", key, message, cause: error });
  return stale;
}

/** The value under a key, fresh by now or one whose time is over by no more than the caller allows. */
async function readStale(
  { reader, onEvent }: CacheParts,
  key: string,
  terms: ComputeTerms,
  limitMs: number,
): Promise<{ readonly value: unknown } | undefined> {
  const found = await reader.find(key, terms.template.lifetimeMs, (record, now) =>
    mayServeStale(record, terms, limitMs, now),
  );
  if (typeof found === "string") return undefined;
  const read = await reader.read(found);
  if (read.miss !== undefined) return undefined;
  onEvent?.({ type: "hit", key, record: found.stored.record, ...(found.stale && { stale: true }) });
  return read;
}

function said(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
