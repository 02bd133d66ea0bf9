import type { Readable } from "node:stream";
import {
  type AddOutcome,
  type Awaitable,
  type BlobRecord,
  Cache,
  type CacheOptions,
  type CacheView,
  type Compute,
  type GetOrSetOptions,
  type IncrementOptions,
  type Memoized,
  type MemoizeOptions,
  type SetOptions,
  type SetOutcome,
  type TransactionOptions,
  type WriteStreamOptions,
} from "@larder/core";
import type { CheckReport } from "@larder/store-lmdb";
import type { CacheKind } from "./settings/cache-kind.js";
import type { EffectivePolicies } from "./settings/shared-policies.js";
import type { CacheStructure } from "./settings/structure-file.js";

/** How {@link KindCache.check} goes about it. */
export interface CheckOptions {
  /** `true`: repair what can be repaired; what is sound is kept. Default `false`: change nothing. */
  readonly fix?: boolean;
}

/** What a cache of one kind goes by now. */
export interface SettingsInForce extends EffectivePolicies, CacheStructure {}

/** What a {@link KindCache} is made of, beside what any cache is. */
export interface KindCacheParts extends CacheOptions {
  readonly kind: CacheKind;
  /** Absolute path of the directory of this cache. */
  readonly directory: string;
  /** What holds now, for all processes. */
  readonly inForce: () => SettingsInForce;
  readonly check: (options: CheckOptions) => Promise<CheckReport>;
  /** Called at the beginning of `close`, once for each opening. */
  readonly onClose: (cache: KindCache) => Promise<void>;
}

/**
 * The cache of one kind, as `buildCache` gives it: a `Cache` in a directory of its own, with the time to live of its
 * settings for what is stored without one.
 */
export class KindCache extends Cache {
  readonly kind: CacheKind;
  /** Absolute path of its directory. */
  readonly directory: string;
  readonly #parts: KindCacheParts;

  /** For `buildCache` alone. */
  constructor(parts: KindCacheParts) {
    super(parts);
    this.#parts = parts;
    this.kind = parts.kind;
    this.directory = parts.directory;
  }

  /** What it goes by now: policies may have been changed by another process up to a second ago. */
  settings(): SettingsInForce {
    return this.#parts.inForce();
  }

  /**
   * Reads everything, and names all that does not fit together; with `fix`, repairs it. Works while others read and write.
   * What it finds in a shard is named by the directory of the shard.
   *
   * @throws LarderError as the methods of `DiskCache`
   */
  async check(options: CheckOptions = {}): Promise<CheckReport> {
    return this.#parts.check(options);
  }

  override async set(key: string, value: unknown, options?: SetOptions): Promise<SetOutcome> {
    return super.set(key, value, this.#lasting(options));
  }

  override async setMany(entries: Iterable<readonly [string, unknown]>, options?: SetOptions): Promise<SetOutcome[]> {
    return super.setMany(entries, this.#lasting(options));
  }

  override async add(key: string, value: unknown, options?: SetOptions): Promise<AddOutcome> {
    return super.add(key, value, this.#lasting(options));
  }

  override async increment(key: string, by?: number, options?: IncrementOptions<number>): Promise<number>;
  override async increment(key: string, by: bigint, options?: IncrementOptions<bigint>): Promise<bigint>;
  override async increment(
    key: string,
    by?: number | bigint,
    options?: IncrementOptions<never>,
  ): Promise<number | bigint> {
    return super.increment(key, by as number, this.#lasting(options));
  }

  override async transaction<Result>(fn: (view: CacheView) => Result, options?: TransactionOptions): Promise<Result> {
    return super.transaction((view) => fn(this.#lastingView(view)), options);
  }

  override async writeStream(
    key: string,
    source: AsyncIterable<Uint8Array> | Readable,
    options?: WriteStreamOptions,
  ): Promise<BlobRecord> {
    return super.writeStream(key, source, this.#lasting(options));
  }

  override getOrSet<T>(key: string, compute: Compute<T>, options?: GetOrSetOptions): Promise<T> {
    return super.getOrSet(key, compute, this.#lasting(options));
  }

  override memoize<Args extends unknown[], Result>(
    fn: (...args: Args) => Awaitable<Result>,
    options: MemoizeOptions,
  ): Memoized<Args, Result> {
    return super.memoize(fn, this.#lasting(options)!);
  }

  override async close(): Promise<void> {
    try {
      await this.#parts.onClose(this);
    } finally {
      await super.close();
    }
  }

  /** The options with the time to live of the settings, where they have none. */
  #lasting<Options extends { readonly ttlSeconds?: number | undefined }>(
    options: Options | undefined,
  ): Options | undefined {
    const { ttlSeconds } = this.#parts.inForce();
    if (ttlSeconds === Number.POSITIVE_INFINITY || options?.ttlSeconds !== undefined) return options;
    return { ...options, ttlSeconds } as Options;
  }

  #lastingView(view: CacheView): CacheView {
    if (this.#parts.inForce().ttlSeconds === Number.POSITIVE_INFINITY) return view;
    const increment = (key: string, by?: number, options?: IncrementOptions<number>) =>
      view.increment(key, by, this.#lasting(options));
    return {
      ...view,
      set: (key, value, options) => view.set(key, value, this.#lasting(options)),
      increment: increment as CacheView["increment"],
    };
  }
}
