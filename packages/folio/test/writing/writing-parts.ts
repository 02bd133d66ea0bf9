import { type Clock, MemoryCache } from "@larder/core";
import type { FolioStore } from "../../src/cached/folio-store.js";
import { openFolioStore } from "../../src/cached/open-folio-store.js";
import { effectiveSettings } from "../../src/configuration/effective-settings.js";
import type { FolioSettingsInput } from "../../src/configuration/folio-settings-input.js";
import type { FolioEvent } from "../../src/folio-events.js";
import type { FolioParts } from "../../src/folio-parts.js";
import type { ReadManifest } from "../../src/manifest/manifest.js";
import { readManifest } from "../../src/manifest/read-manifest.js";
import type { RemoteStorage } from "../../src/remote/remote-storage.js";

/** What writing needs of a folio, and what it told. */
export interface WritingParts extends FolioParts {
  readonly events: FolioEvent[];
  readonly learned: ReadManifest[];
  /** Codes of the warnings, in order. */
  warnings(): string[];
  close(): Promise<void>;
}

/** A clock that moves a second at each look. */
export function steppingClock(start = Date.UTC(2026, 0, 1)): Clock {
  let now = start;
  return { now: () => (now += 1000), monotonic: () => now };
}

/** Parts over any storage, with a store in memory, that ask the remote for the manifest each time. */
export async function writingParts(
  remote: RemoteStorage,
  options: {
    readonly settings?: FolioSettingsInput;
    readonly store?: FolioStore;
    readonly random?: () => number;
    readonly clock?: Clock;
  } = {},
): Promise<WritingParts> {
  const { settings } = effectiveSettings({
    options: { cacheMode: "read-write", ...options.settings },
    process: {},
    env: {},
    file: null,
  });
  const store = options.store ?? (await openFolioStore({ backend: new MemoryCache() }));
  const events: FolioEvent[] = [];
  const learned: ReadManifest[] = [];
  return {
    remote,
    store,
    settings,
    clock: options.clock ?? steppingClock(),
    random: options.random ?? Math.random,
    onEvent: (event) => void events.push(event),
    connect: { sleep: async () => {}, env: {} },
    async manifest({ signal } = {}) {
      const read = await readManifest(remote, { signal });
      if (read === undefined || read === "unchanged") throw new Error(`${remote.url} has no manifest`);
      return read;
    },
    async learnManifest(manifest) {
      learned.push(manifest);
    },
    events,
    learned,
    warnings: () => events.flatMap((event) => (event.type === "warning" ? [event.code] : [])),
    close: () => store.close(),
  };
}
