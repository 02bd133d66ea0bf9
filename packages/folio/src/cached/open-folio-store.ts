import { type CacheBackend, type Clock, systemClock } from "@larder/core";
import type { FolioEventListener } from "../folio-events.js";
import { invalidOption } from "../invalid-option.js";
import { closableStore } from "./closable-store.js";
import { diskBackends, loadDiskCache } from "./disk-backends.js";
import type { FolioStore, StoreLimits } from "./folio-store.js";
import { prepareStoreDirectory } from "./store-directory.js";
import { type StoreListeners, storeListeners } from "./store-listeners.js";
import { type OpenedStore, storeOnBackend } from "./store-on-backend.js";
import { checkLimits } from "./store-policy.js";

/** How a store is opened. */
export interface FolioStoreOptions {
  /** Where it is kept; needs the package `@larder/disk-cache`. One of `directory` and `backend` is needed. */
  readonly directory?: string | undefined;
  /** A backend that lists its keys and has transactions, such as `MemoryCache`; it is closed with the store. */
  readonly backend?: CacheBackend | undefined;
  /**
   * What holds for all processes from now on. Default: what was said before, else 50 GiB, least recently used. A `backend`
   * has a limit of its own; of these, it gets the threshold only.
   */
  readonly limits?: StoreLimits | undefined;
  /** So many bytes of the disk stay free. Default 256 MiB; 0: none. */
  readonly freeDiskFloorBytes?: number | undefined;
  readonly clock?: Clock | undefined;
  /** From 0 to less than 1; spreads those who wait. */
  readonly random?: (() => number) | undefined;
  /** Told of evictions and warnings. */
  readonly onEvent?: FolioEventListener | undefined;
  /** What a write that has resolved survives: the end of the process (default), or also a power cut. */
  readonly durability?: "process" | "power" | undefined;
}

const defaultFloorBytes = 256 * 2 ** 20;

/** A store that is open in this process, and how many have it open. */
interface Shared {
  readonly listeners: StoreListeners;
  readonly opening: Promise<OpenedStore>;
  users: number;
}

const open = new Map<string, Shared>();

/**
 * Opens the local half of folios. One directory opened several times in a process is one store, which is closed with the
 * last; its clock and durability are those of the first.
 *
 * @throws LarderError `package-needed`, `invalid-option`, `newer-format`, and those of the backend: `unsafe-directory`,
 *   `permission-denied`, `damaged-index`, … ; UnsupportedCapabilityError
 */
export async function openFolioStore(options: FolioStoreOptions): Promise<FolioStore> {
  const { directory, backend, limits, onEvent } = checked(options);
  if (backend !== undefined) {
    const listeners = storeListeners();
    if (onEvent !== undefined) listeners.add(onEvent);
    const store = await storeOnBackend({
      ...settingsOf(options, listeners),
      directory: undefined,
      diskCache: await loadDiskCache().catch(() => undefined),
      backends: () => ({ backend, close: async () => backend.close?.() }),
    });
    return closableStore(store.methods, () => store.end());
  }
  const root = prepareStoreDirectory(directory!);
  const shared = open.get(root) ?? begin(root, options);
  shared.users++;
  // One of its own, so that closing removes no other's.
  const listener: FolioEventListener | undefined = onEvent && ((event) => onEvent(event));
  if (listener !== undefined) shared.listeners.add(listener);
  let store: OpenedStore;
  try {
    store = await shared.opening;
    if (limits !== undefined) await store.setLimits(limits);
  } catch (error) {
    if (leave(root, shared, listener)) await shared.opening.then((opened) => opened.end()).catch(() => undefined);
    throw error;
  }
  return closableStore(store.methods, async () => {
    await store.methods.flush().catch(() => undefined);
    if (leave(root, shared, listener)) await store.end();
  });
}

function begin(root: string, options: FolioStoreOptions): Shared {
  const listeners = storeListeners();
  const opening = (async () => {
    const diskCache = await loadDiskCache();
    const settings = settingsOf(options, listeners);
    const { clock, limits } = settings;
    const { durability } = options;
    return storeOnBackend({
      ...settings,
      directory: root,
      diskCache,
      backends: (onEvent) => diskBackends(diskCache, { directory: root, clock, durability, limits, onEvent }),
    });
  })();
  const shared = { listeners, opening, users: 0 };
  open.set(root, shared);
  return shared;
}

/** @returns whether nobody has it any more */
function leave(root: string, shared: Shared, onEvent: FolioEventListener | undefined): boolean {
  if (onEvent !== undefined) shared.listeners.remove(onEvent);
  shared.users--;
  if (shared.users > 0) return false;
  if (open.get(root) === shared) open.delete(root);
  return true;
}

function settingsOf(options: FolioStoreOptions, listeners: StoreListeners) {
  const { clock = systemClock, random = Math.random, freeDiskFloorBytes = defaultFloorBytes, limits } = options;
  return { clock, random, listeners, limits, freeDiskFloorBytes };
}

function checked(options: FolioStoreOptions): FolioStoreOptions {
  const { directory, backend, limits, freeDiskFloorBytes } = options;
  if ((directory === undefined) === (backend === undefined)) {
    throw invalidOption("directory", "given, or a backend, and not both", directory);
  }
  if (directory !== undefined && (typeof directory !== "string" || directory === "")) {
    throw invalidOption("directory", "a path", directory);
  }
  if (freeDiskFloorBytes !== undefined && !(freeDiskFloorBytes >= 0)) {
    throw invalidOption("freeDiskFloorBytes", "a number of bytes, 0 or more", freeDiskFloorBytes);
  }
  if (limits !== undefined) checkLimits(limits);
  return options;
}
