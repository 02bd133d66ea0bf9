import { type Cache, LarderError } from "@larder/core";
import { itemKey, itemOfKey } from "../item-key.js";
import type { LegacyReader } from "../legacy/legacy-reader.js";
import { getItem } from "./get-item.js";
import type { Guards } from "./guard-table.js";
import type { ManagedTable } from "./managed-table.js";
import type { ManagerEvent } from "./manager-event.js";
import type { ManagerParts } from "./manager-parts.js";
import { type ManagerStatistics, managerCounts } from "./manager-statistics.js";
import type { ReferenceResolvers } from "./resolve-reference.js";
import { type Validation, validateItem } from "./validate-item.js";
import { type ItemValue, type WriteOptions, type WriteOutcome, writeItem } from "./write-item.js";

/** What a {@link CacheManager} is made of; `schema`, `maxRows` and `maxBytes` hold for each table that is written. */
export interface CacheManagerOptions extends Guards {
  /** Where tables are kept, with `parquetCodec()` among its codecs, and for references `referenceCodec()`; DiskCache brings both. */
  readonly cache: Cache;
  /** `true`: what is refused is an error. Default: a warning, and the run goes on uncached. */
  readonly strict?: boolean | undefined;
  /** Who finds what references point at, by the scheme of their address: `{ "s3:": (reference) => … }`. */
  readonly resolvers?: ReferenceResolvers | undefined;
  /** Asked in this order for what the cache has not. */
  readonly legacy?: readonly LegacyReader[] | undefined;
  /** `true`: what a legacy reader has is stored in the cache when it is read, and compared. Default: it is only read. */
  readonly migrateOnRead?: boolean | undefined;
  /** Told of what is refused, damaged, legacy. Must not throw. */
  readonly onEvent?: ((event: ManagerEvent) => void) | undefined;
}

/** Keeps tables by name in a cache: looks at them before they are stored, and when asked to afterwards. */
export class CacheManager {
  readonly cache: Cache;
  readonly #parts: ManagerParts;

  /** @throws LarderError `invalid-option` */
  constructor(options: CacheManagerOptions) {
    const { cache, strict = false, schema, maxRows, maxBytes, resolvers = {}, legacy = [], onEvent } = options;
    checkLimit("maxRows", maxRows);
    checkLimit("maxBytes", maxBytes);
    this.cache = cache;
    this.#parts = {
      cache,
      strict,
      guards: { schema, maxRows, maxBytes },
      resolvers: { ...resolvers },
      legacy: [...legacy],
      migrateOnRead: options.migrateOnRead === true,
      counts: managerCounts(),
      tell: (event) => onEvent?.(event),
    };
  }

  /**
   * Stores a table under a name: an Arrow table, an object of columns (see `columnsToTable`), `tableStream(schema, batches)`, or a
   * `remoteReference({ uri })`, which stays one.
   *
   * What does not keep to the guards, or can't be kept exactly, is refused: a warning and `stored: false`, and what was stored
   * under the name before is forgotten; in strict mode an error, and nothing is changed. A stream that fails, is aborted or
   * ends early is an error in both modes, and nothing is changed.
   *
   * @throws LarderError `invalid-item`; in strict mode that of the refusal; what a stream throws; what `Cache.set` throws
   */
  async write(item: string, value: ItemValue, options?: WriteOptions): Promise<WriteOutcome> {
    checkLimit("maxRows", options?.maxRows);
    checkLimit("maxBytes", options?.maxBytes);
    return writeItem(this.#parts, item, value, options);
  }

  /**
   * The table under a name, unread, or `undefined`. A reference is resolved; what the cache has not is asked of the legacy
   * readers.
   *
   * @throws LarderError `invalid-item`; of references `unknown-scheme`, `unresolved-reference`, `damaged-reference`
   */
  async get(item: string): Promise<ManagedTable | undefined> {
    return getItem(this.#parts, item);
  }

  /**
   * Reads every byte of a stored table and holds it against its checksum, decodes every row, and holds what comes out against
   * the record: rows, columns, and the value digest where there is one. A damaged one is told of, and is a miss from then on.
   *
   * @throws LarderError `invalid-item`, and what the backend throws
   */
  async validate(item: string): Promise<Validation> {
    return validateItem(this.#parts, item);
  }

  /** Forgets the table under a name; `false` when there was none. Legacy data stay. */
  async delete(item: string): Promise<boolean> {
    return this.cache.delete(itemKey(item));
  }

  /** The names under which something is stored, in the order of their keys. @throws UnsupportedCapabilityError */
  async *items(): AsyncGenerator<string> {
    for await (const key of this.cache.keys({ prefix: itemKey("x").slice(0, -1) })) {
      const item = itemOfKey(key);
      if (item !== undefined) yield item;
    }
  }

  /** What this manager has done since it was made. */
  get stats(): ManagerStatistics {
    return this.#parts.counts.now();
  }
}

function checkLimit(option: string, limit: number | undefined): void {
  if (limit === undefined || (typeof limit === "number" && limit >= 0)) return;
  throw new LarderError(`${option} must be a number, 0 or more, not ${String(limit)}.`, {
    code: "invalid-option",
    facts: { option, value: limit },
  });
}
