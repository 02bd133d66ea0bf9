import { join } from "node:path";
import type { ValueCodec } from "@larder/core";
import { LmdbBackend, type LmdbBackendOptions } from "@larder/store-lmdb";
import {
  type DatasetStoreOptions,
  datasetStore,
  type OpenDatasetStore,
  parquetCodec,
  referenceCodec,
} from "@larder/store-parquet";

/** Settings of a {@link DiskCache}; each has a default. */
export interface DiskCacheOptions extends Partial<LmdbBackendOptions> {
  /** How tables are written; see `encodeParquet` of `@larder/store-parquet`. */
  readonly parquet?: NonNullable<Parameters<typeof parquetCodec>[0]>;
  /** How {@link DiskCache.datasets} are kept. */
  readonly datasetOptions?: Pick<DatasetStoreOptions, "partBytes" | "backgroundCompaction">;
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
  readonly #datasetStore: () => OpenDatasetStore;
  #datasets: OpenDatasetStore | undefined;

  constructor(options: DiskCacheOptions = {}) {
    const { parquet, datasetOptions, directory = defaultDirectory, ...rest } = options;
    super({ policyWhenUnset, ...rest, directory });
    this.codecs = Object.freeze([parquetCodec(parquet) as ValueCodec, referenceCodec() as ValueCodec]);
    const { durability = "process", clock, onEvent } = options;
    this.#datasetStore = () =>
      datasetStore({
        ...datasetOptions,
        directory: join(this.directory, "datasets"),
        durability,
        ...(clock && { clock }),
        ...(onEvent && { onWarning: onEvent }),
      });
  }

  /**
   * Tables of a database, as far as they were fetched, in the folder `datasets` of the directory. They are closed with the cache.
   * They don't count towards `sizeLimitBytes`, are never evicted, and `clear()` leaves them: `removeDataset` forgets one.
   */
  get datasets(): OpenDatasetStore {
    this.#datasets ??= this.#datasetStore();
    return this.#datasets;
  }

  override async close(): Promise<void> {
    const datasets = this.#datasets;
    this.#datasets = undefined;
    try {
      await datasets?.close();
    } finally {
      await super.close();
    }
  }
}
