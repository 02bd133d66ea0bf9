import type { CacheBackend, ValueCodec } from "@larder/core";

/** Where and how a runner keeps results. */
export interface CacheConfig {
  /** Default: `false`: every node runs, nothing is digested. */
  readonly enabled?: boolean;
  /** Default: a `MemoryCache` of the runner's own, which ends with the process. */
  readonly backend?: CacheBackend;
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
  /** Whether a line per node goes to stderr. Default: `true`. */
  readonly verbose?: boolean;
}
