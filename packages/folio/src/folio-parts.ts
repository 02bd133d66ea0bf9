import type { Clock } from "@larder/core";
import type { FolioStore } from "./cached/folio-store.js";
import type { FolioSettings } from "./configuration/folio-settings.js";
import type { FolioEventListener } from "./folio-events.js";
import type { ReadManifest } from "./manifest/manifest.js";
import type { RemoteConnectOptions } from "./remote/open-remote.js";
import type { RemoteObject, RemoteStorage } from "./remote/remote-storage.js";

/** What the functions behind a folio share. */
export interface FolioParts {
  readonly remote: RemoteStorage;
  readonly store: FolioStore;
  readonly settings: FolioSettings;
  readonly clock: Clock;
  /** Random numbers from 0 to less than 1. */
  readonly random: () => number;
  readonly onEvent: FolioEventListener;
  /** How other addresses are opened, for references. */
  readonly connect: RemoteConnectOptions;
  /** The manifest: as known if it was checked within the time to live, else after one check. Callers at the same time share a check. */
  manifest(options?: ManifestOptions): Promise<ReadManifest>;
  /**
   * A manifest that this process has just written or read takes the place of the one known; rows of changed items are invalidated.
   *
   * @param changedHere - the item that this folio itself has changed: nobody needs to be warned of it
   */
  learnManifest(manifest: ReadManifest, changedHere?: string): Promise<void>;
}

export interface ManifestOptions {
  /** `0`: ask now. Default: the time to live in force. `null`: any that is known. */
  readonly maxAgeSeconds?: number | null | undefined;
  /** Make no request; throws CacheError `not-cached-offline` when none is known. */
  readonly offline?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Where an item's bytes are: an object of the bundle, or of another storage, for a reference. */
export interface ItemPlace {
  readonly storage: RemoteStorage;
  readonly path: string;
  /** If it was looked at already. */
  readonly object?: RemoteObject | undefined;
}
