import type { ValueCodec } from "@larder/core";
import { LmdbBackend, type LmdbBackendOptions } from "@larder/store-lmdb";
import { parquetCodec, referenceCodec } from "@larder/store-parquet";

/** Settings of a {@link DiskCache}; each has a default. */
export interface DiskCacheOptions extends Partial<LmdbBackendOptions> {
  /** How tables are written; see `encodeParquet` of `@larder/store-parquet`. */
  readonly parquet?: NonNullable<Parameters<typeof parquetCodec>[0]>;
}

/** Where a cache is kept when nothing else is said, relative to the working directory. */
export const defaultDirectory = ".cache/larder";

/** What a cache may take up in bytes when nobody has said anything: 50 GiB. */
export const defaultSizeLimitBytes = 50 * 2 ** 30;

const policyWhenUnset = { sizeLimitBytes: defaultSizeLimitBytes, evictionPolicy: "least-recently-used" } as const;

/**
 * A persistent backend in one directory: small values in LMDB, larger ones in files, Apache Arrow tables in plain
 * Parquet files. Several processes and worker threads may use one directory at the same time, and a directory that is
 * closed may be copied to another path or machine.
 *
 * Where nobody has set a limit or a policy, the limit is 50 GiB, and what was used longest ago goes first.
 *
 * Nothing is touched before the first call. Errors are those of `LmdbBackend`.
 */
export class DiskCache extends LmdbBackend {
  readonly codecs: readonly ValueCodec[];

  constructor(options: DiskCacheOptions = {}) {
    const { parquet, directory = defaultDirectory, ...rest } = options;
    super({ policyWhenUnset, ...rest, directory });
    this.codecs = Object.freeze([parquetCodec(parquet) as ValueCodec, referenceCodec() as ValueCodec]);
  }
}
