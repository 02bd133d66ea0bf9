import { LarderError } from "@larder/core";
import type { CachedItem } from "../cached/folio-store.js";
import { contentOf } from "../cached/folio-store.js";
import type { GetOptions } from "../folio.js";
import type { ManifestItem } from "../manifest/manifest.js";
import { secondsToLive } from "./check-options.js";
import type { Answer, CopyState, ReadState } from "./decide.js";
import type { AgedManifest } from "./known-manifest.js";
import type { ReadingParts } from "./reading-parts.js";
import { isNewer } from "./row-by-manifest.js";

/** What one call asks for, checked, as far as it decides where a value comes from. */
export type CallState = Omit<ReadState, "copy" | "manifestAgeSeconds" | "manifest" | "object" | "tooLarge">;

/** @throws LarderError `invalid-option`; the reason of a signal that was raised already */
export function callState(
  { settings, switchedOff }: ReadingParts,
  options: GetOptions & { readonly noFallback?: boolean | undefined },
): CallState {
  const { useStale, forceCache, refresh, offline, signal } = options;
  const ttlSeconds = options.ttlSeconds === undefined ? settings.ttlSeconds : secondsToLive(options.ttlSeconds);
  if (refresh === true && (offline === true || settings.offlineMode || settings.cacheMode === "offline")) {
    throw new LarderError(
      "The option 'refresh' asks the remote, and nothing may be asked offline. Leave one of them out.",
      {
        code: "invalid-option",
        facts: { option: "refresh" },
      },
    );
  }
  signal?.throwIfAborted();
  return {
    mode: settings.cacheMode,
    switchedOff,
    offline: offline === true || settings.offlineMode,
    refresh: refresh === true,
    useStale: useStale === true,
    forceCache: forceCache === true,
    strict: settings.strictMode,
    fallbackToStale: settings.fallbackToStale && options.noFallback !== true,
    staleWarning: settings.staleWarning,
    ttlSeconds,
    maxStaleAgeSeconds: settings.maxStaleAgeSeconds,
  };
}

/** What came of the questions of one call so far. */
export interface Answers {
  manifest: Answer;
  object: Answer | "changed";
}

/** The state a decision is made on. */
export function stateOf(
  parts: ReadingParts,
  call: CallState,
  answers: Answers,
  { row, known, name }: { row: CachedItem | undefined; known: AgedManifest | undefined; name: string },
): ReadState {
  const item = known?.read.manifest.items.get(name);
  return {
    ...call,
    ...answers,
    copy: row && copyState(row, item, known, parts),
    manifestAgeSeconds: known?.ageSeconds(),
    tooLarge: item !== undefined && isTooLarge(parts, item),
  };
}

/** One confirmation of the manifest confirms all copies of what it names. */
export function copyState(
  row: CachedItem,
  item: ManifestItem | undefined,
  known: AgedManifest | undefined,
  { clock }: Pick<ReadingParts, "clock">,
): CopyState {
  const ownAge = (clock.now() - row.lastVerified) / 1000;
  if (known === undefined) return { ageSeconds: ownAge, match: "unknown" };
  const content = item && contentOf(item);
  // Of an item without a checksum the manifest says nothing but that it is there.
  if (item !== undefined && content === undefined) return { ageSeconds: ownAge, match: "unknown" };
  // Nor does a manifest that is older than the copy tell that it is out of date.
  if (content !== row.content) return { ageSeconds: ownAge, match: isNewer(row, known, clock) ? "unknown" : "differs" };
  return { ageSeconds: youngest(ownAge, known.ageSeconds()), match: "same" };
}

/** The younger of two ages; one that is negative, because a clock went back, only counts when both are. */
function youngest(a: number, b: number): number {
  if (a < 0 !== b < 0) return Math.max(a, b);
  return Math.min(a, b);
}

function isTooLarge({ settings }: ReadingParts, { sizeBytes = 0 }: ManifestItem): boolean {
  return sizeBytes > settings.largeFileThresholdBytes && !settings.cacheLargeFiles;
}
