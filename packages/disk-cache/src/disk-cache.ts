import { join } from "node:path";
import type { BlobLook, StoredBlob, ValueCodec } from "@larder/core";
import { LmdbBackend, type LmdbBackendOptions } from "@larder/store-lmdb";
import {
  type DatasetStoreOptions,
  datasetStore,
  type OpenDatasetStore,
  parquetCodec,
  referenceCodec,
} from "@larder/store-parquet";
import { type HotTables, hotTables } from "./hot-tables/hot-tables.js";
import { type HotTablesOptions, hotTablesSettings } from "./hot-tables/hot-tables-options.js";

/** Settings of a {@link DiskCache}; each has a default. */
export interface DiskCacheOptions extends Partial<LmdbBackendOptions> {
  /** How tables are written; see `encodeParquet` of `@larder/store-parquet`. */
  readonly parquet?: NonNullable<Parameters<typeof parquetCodec>[0]>;
  /**
   * Tables are stored cold, unless `parquet` says otherwise, and those read often are stored anew hot, in the background. `{}` is
   * enough. Default: tables stay as they were stored.
   */
  readonly hotTables?: HotTablesOptions;
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
  readonly #makeHotTables: (() => HotTables) | undefined;
  #hotTables: HotTables | undefined;

  /** @throws LarderError `invalid-option` */
  constructor(options: DiskCacheOptions = {}) {
    const { hotTables: hot, datasetOptions, directory = defaultDirectory, ...rest } = options;
    const parquet = hot === undefined ? rest.parquet : ({ profile: "cold", ...rest.parquet } as const);
    super({ policyWhenUnset, ...rest, directory });
    this.codecs = Object.freeze([parquetCodec(parquet) as ValueCodec, referenceCodec() as ValueCodec]);
    const { durability = "process", clock, onEvent } = options;
    if (hot !== undefined) {
      const settings = hotTablesSettings(hot);
      const look = (key: string) => super.getBlob(key, { countsAsUse: false });
      this.#makeHotTables = () => hotTables({ backend: this, look, parquet: parquet ?? {}, settings, clock, onEvent });
    }
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

  override async getBlob(key: string, look?: BlobLook): Promise<StoredBlob | undefined> {
    if (this.#makeHotTables === undefined) return super.getBlob(key, look);
    const blob = await super.getBlob(key, look);
    if (blob === undefined || look?.countsAsUse === false) return blob;
    this.#hotTables ??= this.#makeHotTables();
    return this.#hotTables.watched(key, blob);
  }

  override async close(): Promise<void> {
    const datasets = this.#datasets;
    const hot = this.#hotTables;
    this.#datasets = undefined;
    this.#hotTables = undefined;
    try {
      await hot?.close();
      await datasets?.close();
    } finally {
      await super.close();
    }
  }
}
