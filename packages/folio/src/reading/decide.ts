import type { CacheMode } from "../configuration/folio-settings.js";
import type { MissReason } from "../folio-events.js";

/** All that the decision on an item depends on. Ages are in seconds; one below 0 (a clock went back) counts as expired. */
export interface ReadState {
  readonly mode: CacheMode;
  /** The cache is switched off altogether: nothing is kept, whatever a call asks for. */
  readonly switchedOff: boolean;
  readonly offline: boolean;
  readonly refresh: boolean;
  readonly useStale: boolean;
  readonly forceCache: boolean;
  readonly strict: boolean;
  readonly fallbackToStale: boolean;
  readonly staleWarning: boolean;
  /** `null`: never check again. */
  readonly ttlSeconds: number | null;
  readonly maxStaleAgeSeconds: number;
  /** The local copy; `undefined` when there is none. */
  readonly copy: CopyState | undefined;
  /** Since the manifest that is known was last confirmed; `undefined` when none is known. */
  readonly manifestAgeSeconds: number | undefined;
  /** What became of the question for the manifest, in this call. */
  readonly manifest: Answer;
  /** What became of the question for the object itself, in this call. */
  readonly object: Answer | "changed";
  /** Larger than what is cached. */
  readonly tooLarge: boolean;
}

export interface CopyState {
  /** Since it was last known to be what the remote has. */
  readonly ageSeconds: number;
  /** Held against the manifest that is known; `unknown`: the manifest has no checksum, or none is known. */
  readonly match: "same" | "differs" | "unknown";
}

export type Answer = "not-asked" | "answered" | "unreachable";

/** What is to be done next. After a check the question is put again, with what came of it. */
export type Decision =
  | { readonly step: "local"; readonly stale: boolean; readonly warn: boolean }
  | { readonly step: "check-manifest" | "check-object" }
  | { readonly step: "download"; readonly reason: MissReason }
  | { readonly step: "pass-through"; readonly reason: MissReason }
  | { readonly step: "fail"; readonly code: "not-cached-offline" | "too-stale" | "unreachable" };

/**
 * Where the value of an item comes from (4.5 to 4.7): a function of the state alone.
 *
 * A copy is fresh while 0 ≤ age ≤ time to live. A stale copy is served when that was asked for (`useStale`, offline), or
 * when the remote can't be reached and the copy is not older than `maxStaleAgeSeconds`, unless the mode is strict.
 */
export function decide(state: ReadState): Decision {
  const { copy } = state;
  const offline = state.offline || state.mode === "offline";
  if (cacheIsUnused(state)) {
    if (offline) return { step: "fail", code: "not-cached-offline" };
    return state.manifest === "answered" ? fetched(state, "disabled") : asked(state);
  }
  if (offline) {
    if (copy === undefined) return { step: "fail", code: "not-cached-offline" };
    return local(state, copy, copy.match === "differs");
  }
  if (copy === undefined) return withoutCopy(state);
  if (state.refresh) return confirmed(state, copy);
  if (state.useStale) return local(state, copy, false);
  // Whoever began to ask does so to the end.
  if (copy.match === "differs" || state.manifest !== "not-asked") return confirmed(state, copy);
  return isFresh(copy.ageSeconds, state) ? local(state, copy, false) : confirmed(state, copy);
}

/** Whether the local half takes no part: neither looked at nor written. */
export function cacheIsUnused({
  mode,
  switchedOff,
  forceCache,
}: Pick<ReadState, "mode" | "switchedOff" | "forceCache">) {
  return switchedOff || (mode === "disabled" && !forceCache);
}

/** Whether something of this age need not be asked about again. */
export function isFresh(ageSeconds: number | undefined, { ttlSeconds }: Pick<ReadState, "ttlSeconds">): boolean {
  if (ageSeconds === undefined) return false;
  return ttlSeconds === null || (ageSeconds >= 0 && ageSeconds <= ttlSeconds);
}

function withoutCopy(state: ReadState): Decision {
  if (state.manifest === "unreachable") return { step: "fail", code: "unreachable" };
  const known = state.manifest === "answered" || (!state.refresh && isFresh(state.manifestAgeSeconds, state));
  return known ? fetched(state, "absent") : asked(state);
}

/** A copy that has to be confirmed by the remote before it is used. */
function confirmed(state: ReadState, copy: CopyState): Decision {
  if (state.manifest === "unreachable" || state.object === "unreachable") return unconfirmed(state, copy);
  if (state.object === "changed") return changed(state);
  if (state.object === "answered") return current;
  const manifestIsKnown = state.manifest === "answered" || (!state.refresh && isFresh(state.manifestAgeSeconds, state));
  if (!manifestIsKnown) return { step: "check-manifest" };
  if (copy.match === "differs") return changed(state);
  return copy.match === "same" ? current : { step: "check-object" };
}

function unconfirmed(state: ReadState, copy: CopyState): Decision {
  if (state.useStale) return local(state, copy, false);
  if (state.strict || !state.fallbackToStale) return { step: "fail", code: "unreachable" };
  if (copy.ageSeconds > state.maxStaleAgeSeconds) return { step: "fail", code: "too-stale" };
  return { step: "local", stale: true, warn: state.staleWarning };
}

const current: Decision = { step: "local", stale: false, warn: false };

/** A copy that nobody was asked about. */
function local(state: ReadState, copy: CopyState, warn: boolean): Decision {
  const stale = copy.match === "differs" || !isFresh(copy.ageSeconds, state);
  return { step: "local", stale, warn: warn && state.staleWarning };
}

const changed = (state: ReadState) => fetched(state, "changed");

function asked(state: ReadState): Decision {
  return state.manifest === "unreachable" ? { step: "fail", code: "unreachable" } : { step: "check-manifest" };
}

function fetched({ mode, forceCache, switchedOff, tooLarge }: ReadState, reason: MissReason): Decision {
  if (switchedOff) return { step: "pass-through", reason };
  if (forceCache) return { step: "download", reason: tooLarge ? "forced" : reason };
  if (tooLarge) return { step: "pass-through", reason: "too-large" };
  return { step: mode === "read-only" || mode === "disabled" ? "pass-through" : "download", reason };
}
