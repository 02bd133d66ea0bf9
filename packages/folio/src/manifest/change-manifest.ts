import { type Clock, LarderError, sleepUntilAborted, systemClock } from "@larder/core";
import { RemoteError } from "../remote/remote-error.js";
import type { RemoteStorage } from "../remote/remote-storage.js";
import { type Manifest, manifestPath } from "./manifest.js";
import { type ManifestAsRead, readManifest, readManifestOf } from "./read-manifest.js";
import { serializeManifest } from "./serialize-manifest.js";

/**
 * What is to become of a manifest. Called again with a newer one as often as somebody else was faster; with one that has the
 * change already it returns `undefined`, which ends the work.
 *
 * @param written - whether the change was written before, to a storage without conditions, and this is the manifest found then
 */
export type ManifestChange = (manifest: Manifest, written: boolean) => Manifest | undefined;

/** How a manifest is changed. */
export interface ChangeManifestOptions {
  readonly clock?: Clock | undefined;
  /** Random numbers from 0 to less than 1, for the pauses. */
  readonly random?: (() => number) | undefined;
  /** Waits before the next try; for tests. */
  readonly sleep?: ((milliseconds: number, signal?: AbortSignal) => Promise<void>) | undefined;
  /** Tries in all, 1 or more; default 50. */
  readonly tries?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Told once when the storage knows no conditional writes, so that a writer at the same moment may undo the change. */
  readonly onUnguarded?: (() => void) | undefined;
}

const firstPauseMs = 20;
const longestPauseMs = 1000;
/** How long a writer without conditions waits before it looks whether its change stayed: longer than a writer takes from reading to writing. */
const unguardedPauseMs = 300;

/**
 * Changes the manifest of a bundle by compare and swap: reads, changes, writes on the condition that it is still the one read,
 * and begins anew when it is not. A bundle that has none gets one. Where the storage knows no conditional writes, it is read
 * again after a pause and changed again if the change is not in it, which makes a loss unlikely and not impossible.
 *
 * @returns the manifest as it is now; not written again when there was nothing to change
 * @throws LarderError `manifest-contended` after all tries; `invalid-manifest`, `newer-format`; RemoteError. After
 *   `remote-unreachable` it is unknown whether the change was written.
 */
export async function changeManifest(
  storage: RemoteStorage,
  change: ManifestChange,
  options: ChangeManifestOptions = {},
): Promise<ManifestAsRead> {
  const { clock = systemClock, random = Math.random, sleep = sleepUntilAborted, tries = 50, signal } = options;
  if (storage.write === undefined) throw readOnlyRemote(storage.url);
  let guarded = storage.abilities.conditionalWrites !== false;
  if (!guarded) options.onUnguarded?.();
  let hasWritten = false;
  for (let attempt = 0; attempt < tries; attempt++) {
    signal?.throwIfAborted();
    const read = await readManifest(storage, { signal });
    const known = read === undefined || read === "unchanged" ? undefined : read;
    const changed = change(known?.manifest ?? emptyManifest(clock), hasWritten);
    if (changed === undefined) return known ?? readManifestOf(serializeManifest(emptyManifest(clock)), undefined);
    const written = await write(storage, changed, known, { guarded, clock, signal });
    if (written === "no-conditions") {
      guarded = false;
      options.onUnguarded?.();
    } else if (written === "conflict") {
      await sleep(random() * Math.min(longestPauseMs, firstPauseMs * 2 ** attempt), signal);
    } else if (guarded) {
      return written;
    } else {
      hasWritten = true;
      // The next round reads it back, and ends when the change is in it.
      await sleep(unguardedPauseMs * (1 + random()), signal);
    }
  }
  throw contended(storage.url, tries);
}

/** A manifest without items, as a new bundle gets it. */
function emptyManifest(clock: Clock): Manifest {
  return { formatVersion: 1, createdAt: new Date(clock.now()).toISOString(), items: new Map() };
}

async function write(
  storage: RemoteStorage,
  changed: Manifest,
  known: ManifestAsRead | undefined,
  { guarded, clock, signal }: { guarded: boolean; clock: Clock; signal: AbortSignal | undefined },
): Promise<ManifestAsRead | "conflict" | "no-conditions"> {
  // Without a version there is nothing to make a condition of.
  if (guarded && known !== undefined && known.version === undefined) return "no-conditions";
  const bytes = serializeManifest({ ...changed, updatedAt: new Date(clock.now()).toISOString() });
  const ifVersion = guarded ? (known?.version ?? null) : undefined;
  try {
    const { version } = await storage.write!(
      manifestPath,
      { bytes },
      { ifVersion, contentType: "application/json", signal },
    );
    return readManifestOf(bytes, version);
  } catch (error) {
    if (LarderError.isInstance(error, "remote-conflict")) return "conflict";
    if (guarded && LarderError.isInstance(error, "remote-no-conditions")) return "no-conditions";
    throw error;
  }
}

/** What is thrown where a storage can't be written to. */
export function readOnlyRemote(url: string): RemoteError {
  return new RemoteError(
    `The bundle ${url} can't be changed: its storage can only be read. Write it by an address that allows it, such as s3:, gs: or file:.`,
    { code: "remote-read-only", facts: { url } },
  );
}

function contended(url: string, tries: number): LarderError {
  return new LarderError(
    `The manifest of ${url} could not be changed in ${tries} tries: somebody else changed it each time. Try again, or add items less often at the same time.`,
    { code: "manifest-contended", facts: { url, tries } },
  );
}
