import type { CacheBackend, Clock } from "@larder/core";
import type { FolioSettingsInput } from "./configuration/folio-settings-input.js";
import type { FolioEventListener } from "./folio-events.js";
import type { RemoteConnectOptions } from "./remote/open-remote.js";
import type { RemoteStorage } from "./remote/remote-storage.js";

/** How a folio is opened. */
export interface OpenFolioOptions {
  /** Settings of the cache for this folio; before those of `configureCache`, the environment and the file. */
  readonly cache?: FolioCacheOptions | undefined;
  /** How the remote is reached: endpoint, credentials, headers, retries. */
  readonly connect?: RemoteConnectOptions | undefined;
  /** A storage of your own, in place of the one the address names. It is not closed with the folio. */
  readonly storage?: RemoteStorage | undefined;
  readonly clock?: Clock | undefined;
  /** Random numbers from 0 to less than 1. */
  readonly random?: (() => number) | undefined;
  /** Told of hits, misses, checks, downloads, evictions and warnings. */
  readonly onEvent?: FolioEventListener | undefined;
  /** Where log lines go; default: standard error. What is logged: `cache.logging`. */
  readonly log?: ((line: string) => void) | undefined;
  /** Default `process.env`. */
  readonly env?: Readonly<Record<string, string | undefined>> | undefined;
}

export type FolioCacheOptions = FolioSettingsInput & {
  /** Where the cache is kept, in place of a directory; such as a `MemoryCache`. It is closed with the folio. */
  readonly backend?: CacheBackend | undefined;
};
