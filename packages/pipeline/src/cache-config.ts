import type { CacheBackend, ValueCodec } from "@larder/core";
import type { BlobStore, MetaStore } from "./deprecated/create-stores.js";
import type { NamedBackend } from "./deprecated/named-backend.js";

/** Where and how a runner keeps results. */
export interface CacheConfig {
  /** Default: `false`: every node runs, nothing is digested. */
  readonly enabled?: boolean;
  /**
   * Default: a `MemoryCache` of the runner's own, which ends with the process. The names `"diskcache"` and `"memory"` are
   * deprecated: give the backend itself, `new DiskCache()` or `new MemoryCache()`.
   */
  readonly backend?: CacheBackend | NamedBackend;
  /** @deprecated Of `createStores`; give a `backend`. */
  readonly metaStore?: MetaStore;
  /** @deprecated Of `createStores`; give a `backend`. */
  readonly blobStore?: BlobStore;
  /** Codecs asked before those of the backend. */
  readonly codecs?: readonly ValueCodec[];
  /** Stands for the whole environment in place of what is looked up; a node's `version` and `format` still count. */
  readonly envHash?: string;
  /** Names of environment variables whose values count. Only digests of them are kept. Default: none. */
  readonly environment?: readonly string[];
  /** Whether operating system and processor count. Default: `false`: results are shared between platforms. */
  readonly platform?: boolean;
  /** Imports followed declaration by declaration, by whole files beyond; whole number from 0. Default: 2. */
  readonly dependencyDepth?: number;
  /**
   * Whether runs in other threads and processes that share the backend are waited for while they compute a result that
   * is missing here too, where the backend has leases. Default: `true`.
   */
  readonly singleFlight?: boolean;
  /** Whether the result of a node over the items of a list (`mapAxis`) is cached item by item. Default: `true`. */
  readonly perItemCaching?: boolean;
  /** Whether a line per node goes to stderr. Default: `true`. */
  readonly verbose?: boolean;
}
