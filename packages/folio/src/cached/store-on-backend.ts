import {
  type BlobSource,
  Cache,
  type CacheBackend,
  type CacheEvent,
  type Clock,
  loadXxhash,
  type TableHandle,
  type TransactionView,
  UnsupportedCapabilityError,
  type ValueCodec,
} from "@larder/core";
import type { DiskCachePackage } from "./disk-backends.js";
import { evictions } from "./evictions.js";
import { exclusiveWork } from "./exclusive-work.js";
import type { FolioStore, OpenTableOptions, StoreCheck, StoreLimits } from "./folio-store.js";
import { pendingCounts } from "./pending-counts.js";
import { prepareRows, writeFormat } from "./rebuild-rows.js";
import { storeContents } from "./store-contents.js";
import { countedRows, storeItems } from "./store-items.js";
import { formatKey } from "./store-keys.js";
import type { StoreListeners } from "./store-listeners.js";
import type { StoreBackend, StoreParts } from "./store-parts.js";

/** Where a store keeps what it has. */
export interface BackendsOfStore {
  readonly backend: CacheBackend;
  /** The same, as contents are written to it. Default: `backend`. */
  readonly contents?: CacheBackend;
  /** Path of the file that has a blob. */
  pathOf?(key: string): Promise<string | undefined>;
  check?(options: { readonly fix?: boolean }): Promise<StoreCheck>;
  setLimits?(limits: StoreLimits): Promise<void>;
  close(): Promise<void>;
}

interface StoreSettings {
  readonly directory: string | undefined;
  readonly clock: Clock;
  readonly random: () => number;
  readonly listeners: StoreListeners;
  readonly limits: StoreLimits | undefined;
  readonly freeDiskFloorBytes: number;
  /** Reads tables; absent where the package is not there. */
  readonly diskCache: DiskCachePackage | undefined;
  /** @param onEvent - to be told of what the backend tells */
  backends(onEvent: (event: CacheEvent) => void): BackendsOfStore;
}

/** A store, as all who have it open in this process share it. */
export interface OpenedStore {
  readonly methods: Omit<FolioStore, "close">;
  setLimits(limits: StoreLimits): Promise<void>;
  end(): Promise<void>;
}

/** @throws UnsupportedCapabilityError; LarderError `newer-format`, and those of the backend */
export async function storeOnBackend(settings: StoreSettings): Promise<OpenedStore> {
  const { directory, clock, random, listeners, freeDiskFloorBytes, diskCache } = settings;
  let { limits } = settings;
  const room = evictions({
    backend: () => opened.backend,
    directory,
    clock,
    limits: () => limits,
    freeDiskFloorBytes,
    onEvent: listeners.tell,
  });
  const opened = settings.backends((event) => {
    room.note(event);
    listeners.tellWarning(event);
  });
  const backend = usable(opened.backend);
  const xxhash = await loadXxhash();
  const transact = (body: (view: TransactionView) => void) => backend.transaction(body);
  const tables = tableCodec(backend, diskCache);
  const parts: StoreParts = {
    directory,
    backend,
    contents: opened.contents ?? backend,
    clock,
    xxhash,
    tables,
    openTable: tableOpener(tables, diskCache),
    pathOf: async (key) => opened.pathOf?.(key),
    freeDiskFloorBytes,
    pending: pendingCounts(
      transact,
      countedRows(xxhash, () => clock.now()),
      clock,
    ),
    evictions: room,
    exclusive: exclusiveWork(backend, { clock, random, onEvent: listeners.tellWarning }),
    onEvent: listeners.tell,
  };
  const cache = new Cache({ backend, clock, statistics: false, onEvent: listeners.tellWarning });
  const end = async () => {
    parts.pending.stop();
    await parts.pending.flush().catch(() => undefined);
    await parts.exclusive.close();
    await cache.close();
    await opened.close();
  };
  try {
    await prepareRows(parts, await cache.get(formatKey));
  } catch (error) {
    await end().catch(() => undefined);
    throw error;
  }
  return {
    methods: methodsOf(parts, cache, opened),
    async setLimits(next) {
      limits = next;
      await opened.setLimits?.(next);
    },
    end,
  };
}

function methodsOf(parts: StoreParts, cache: Cache, opened: BackendsOfStore): Omit<FolioStore, "close"> {
  const { directory, backend, tables, pending, exclusive } = parts;
  const contents = storeContents(parts);
  return {
    directory,
    backend,
    ...storeItems(parts, (key) => cache.get(key), contents.putContent),
    ...contents,
    evict: () => parts.evictions.settle(),
    hasRoomFor: (byteLength) => parts.evictions.hasRoomFor(byteLength),
    exclusive: (name, work, options) => exclusive.run(name, work, options),
    openTable: parts.openTable,
    async encodeTable(table) {
      const { bytes, details } = await tables.encode(table);
      const rows = details?.rows;
      return { bytes, rows: typeof rows === "number" ? rows : 0 };
    },
    async volume() {
      const { sizeBytes, limitBytes = Number.POSITIVE_INFINITY } = await cache.volume();
      return { sizeBytes, limitBytes };
    },
    ...(opened.check !== undefined && { check: opened.check }),
    async clear() {
      pending.forgetAll();
      await cache.clear();
      await writeFormat(parts);
    },
    flush: () => pending.flush(),
  };
}

function usable(backend: CacheBackend): StoreBackend {
  for (const capability of ["entryIndex", "transactions"] as const) {
    if (backend.supports?.[capability] !== true) throw new UnsupportedCapabilityError(capability, "A folio store");
  }
  return backend as StoreBackend;
}

function tableCodec(backend: CacheBackend, diskCache: DiskCachePackage | undefined): ValueCodec {
  const isOfTables = ({ openTable }: ValueCodec) => openTable !== undefined;
  const own = backend.codecs?.find(isOfTables);
  if (own !== undefined || diskCache === undefined) return own ?? noTables;
  // Nothing is opened by making one.
  return new diskCache.DiskCache().codecs.find(isOfTables) ?? noTables;
}

/** Where nothing can read tables, whoever asks for one is told. */
const noTables: ValueCodec = {
  name: "larder.parquet.1",
  accepts: () => false,
  encode: () => {
    throw new UnsupportedCapabilityError("a codec for tables", "Storing a table");
  },
  decode: () => {
    throw new UnsupportedCapabilityError("a codec for tables", "Reading a table");
  },
  openTable: () => {
    throw new UnsupportedCapabilityError("a codec for tables", "Reading a table");
  },
};

function tableOpener(
  tables: ValueCodec,
  diskCache: DiskCachePackage | undefined,
): (source: BlobSource, options?: OpenTableOptions) => TableHandle {
  const record = { codec: tables.name, checksum: "", createdAt: 0 };
  return (source, { gapBytes = 0, trust = "own" } = {}) =>
    diskCache === undefined
      ? tables.openTable!(source, { ...record, byteLength: source.byteLength })
      : diskCache.openParquet(source, { gapBytes, trust });
}
