import type { ManifestOptions } from "../folio-parts.js";
import type { ReadManifest } from "../manifest/manifest.js";
import { isUnreachable } from "../remote/remote-error.js";
import { isFresh } from "./decide.js";
import type { AgedManifest } from "./known-manifest.js";
import { raceSignal } from "./race-signal.js";
import { noManifestOffline } from "./read-errors.js";
import type { ReadingParts } from "./reading-parts.js";

/**
 * The manifest, not older than asked for. Where the remote can't be reached, one that is known does, unless the mode is strict
 * or it was asked for anew.
 */
export async function manifestWithin(
  parts: Pick<ReadingParts, "known" | "settings" | "remote" | "clock" | "onEvent">,
  options: ManifestOptions = {},
): Promise<ReadManifest> {
  const { known, settings, remote } = parts;
  const { maxAgeSeconds: ttlSeconds = settings.ttlSeconds, signal } = options;
  const asksNow = options.maxAgeSeconds === 0;
  const offline = options.offline === true || settings.offlineMode || settings.cacheMode === "offline";
  let found = known.current();
  if (!isFresh(found?.ageSeconds(), { ttlSeconds })) found = await known.load();
  if (found !== undefined && (offline || (!asksNow && isFresh(found.ageSeconds(), { ttlSeconds })))) return found.read;
  if (offline) throw noManifestOffline(remote.url);
  const ageSeconds = found && ageOfManifest(found, parts);
  const mayBeStale = !asksNow && settings.fallbackToStale && !settings.strictMode;
  const isStaleUsed = mayBeStale && ageSeconds !== undefined && ageSeconds <= settings.maxStaleAgeSeconds;
  // What could not be reached a moment ago is not waited for again.
  if (!isStaleUsed || known.failedLately() === undefined) {
    try {
      return (await raceSignal(known.check(), signal)).read;
    } catch (error) {
      if (!isStaleUsed || !isUnreachable(error)) throw error;
    }
  }
  if (settings.staleWarning) warnStale(parts, Math.round(ageSeconds));
  return found!.read;
}

/** Since it was last confirmed, also where it is in doubt. */
function ageOfManifest(found: AgedManifest, { clock }: Pick<ReadingParts, "clock">): number {
  return Math.min(found.ageSeconds(), (clock.now() - found.checkedAt) / 1000);
}

function warnStale({ remote, onEvent }: Pick<ReadingParts, "remote" | "onEvent">, ageSeconds: number): void {
  onEvent({
    type: "warning",
    code: "stale-manifest",
    message: `${remote.url} can't be reached; its list of items is used as it was ${ageSeconds} s ago.`,
    facts: { url: remote.url, ageSeconds },
  });
}
