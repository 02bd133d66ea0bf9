import { type CacheBackend, type Clock, LarderError, MemoryCache } from "@larder/core";
import type { FolioStore } from "../cached/folio-store.js";
import { openFolioStore } from "../cached/open-folio-store.js";
import type { FolioSettings } from "../configuration/folio-settings.js";
import type { FolioEventListener } from "../folio-events.js";
import { eventLog } from "./event-log.js";
import { guarded } from "./guarded-listener.js";

export interface LocalStoreOptions {
  readonly url: string;
  readonly settings: FolioSettings;
  readonly backend: CacheBackend | undefined;
  readonly clock: Clock;
  readonly random: () => number;
  readonly onEvent?: FolioEventListener | undefined;
  readonly log?: ((line: string) => void) | undefined;
}

/** Directories that can't be written are no reason not to read: values come from the remote then. */
const toleratedCodes = new Set(["permission-denied", "backend-failed", "disk-full"]);

/**
 * The store that a folio keeps its copies in: the one handed in, that of its directory, or, where the cache is switched off or
 * its directory can't be used, one in memory that goes with the folio.
 *
 * @throws LarderError as `openFolioStore`, but for a directory that can't be written
 */
export async function openLocalStore(
  options: LocalStoreOptions,
): Promise<{ readonly store: FolioStore; readonly onEvent: FolioEventListener }> {
  const { settings, backend, clock, random } = options;
  const log = eventLog(settings.logging, options.log ?? ((line) => void process.stderr.write(`${line}\n`)));
  const listener = options.onEvent && guarded(options.onEvent);
  const onEvent: FolioEventListener = (event) => {
    log(event);
    listener?.(event);
  };
  const { maxCacheSizeBytes, evictionPolicy, evictionThreshold } = settings;
  const limits = { maxCacheSizeBytes, evictionPolicy, evictionThreshold };
  const common = { clock, random, onEvent, limits };
  if (backend !== undefined) return { store: await openFolioStore({ ...common, backend }), onEvent };
  const inMemory = () => openFolioStore({ ...common, backend: new MemoryCache({ clock }) });
  if (!settings.enabled) return { store: await inMemory(), onEvent };
  try {
    return { store: await openFolioStore({ ...common, directory: settings.directory }), onEvent };
  } catch (error) {
    if (!LarderError.isInstance(error) || !toleratedCodes.has(error.code)) throw error;
    onEvent({
      type: "warning",
      code: "not-cached",
      message: `The cache of ${options.url} can't be used, and nothing is kept beyond this process: ${error.message}`,
      facts: { url: options.url, reason: error.code },
    });
    return { store: await inMemory(), onEvent };
  }
}
