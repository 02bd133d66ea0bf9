import type { FolioParts } from "../folio-parts.js";
import { type Background, backgroundWork } from "./background.js";
import { type Invalidations, invalidations } from "./invalidations.js";
import { type KnownManifest, knownManifest } from "./known-manifest.js";
import { manifestWithin } from "./manifest-within.js";
import { type SharedContents, sharedContents } from "./shared-contents.js";

/** What the functions that read items share. */
export interface ReadingParts extends FolioParts {
  readonly known: KnownManifest;
  readonly invalidations: Invalidations;
  readonly background: Background;
  /** The cache is switched off altogether. */
  readonly switchedOff: boolean;
  readonly shared: SharedContents | undefined;
}

/** Puts together what reads items of one bundle. */
export function readingParts(given: Omit<FolioParts, "manifest" | "learnManifest">): ReadingParts {
  const { remote, store, settings, clock, onEvent } = given;
  const { url } = remote;
  const switchedOff = !settings.enabled;
  const keeps = keepsRows({ settings, switchedOff });
  const background = backgroundWork(url, onEvent);
  const told = invalidations({ url, store, keeps, onEvent });
  const known = knownManifest({ remote, store, clock, keeps, onEvent, invalidations: told, background });
  const folder = settings.sharedCacheDirectory;
  return {
    ...given,
    known,
    invalidations: told,
    background,
    switchedOff,
    shared: folder === undefined || switchedOff ? undefined : sharedContents(folder, url, onEvent),
    manifest: (options) => manifestWithin({ known, settings, remote, clock, onEvent }, options),
    learnManifest: (manifest, changedHere) => known.learn(manifest, changedHere),
  };
}

/** Whether the mode lets rows be written. */
export function keepsRows({ settings, switchedOff }: Pick<ReadingParts, "settings" | "switchedOff">): boolean {
  return !switchedOff && settings.cacheMode !== "read-only";
}
