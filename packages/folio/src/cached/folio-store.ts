import type { BlobLook, BlobRecord, BlobSource, CacheBackend, CacheEntry, TableHandle } from "@larder/core";
import type { ItemKind, ManifestItem } from "../manifest/manifest.js";
import type { ExclusiveOptions } from "./exclusive-work.js";
import type { ConfirmedContent } from "./pending-counts.js";

/** Names content: `<algorithm>:<lower-case hexadecimal>`, such as `sha256:9f86…`. */
export type ContentId = string;

/** What is kept of one cached item (4.10). Times are absolute milliseconds. */
export interface CachedItem {
  readonly name: string;
  readonly kind: ItemKind;
  readonly file: string | undefined;
  readonly sizeBytes: number;
  /** As the manifest had it when the item was cached; `undefined` where it had none. */
  readonly remoteChecksum: ContentId | undefined;
  /** What is stored, and found under. Of the same algorithm as `remoteChecksum` where there is one, else SHA-256. */
  readonly content: ContentId;
  /** Version (ETag) of the object it was read from. */
  readonly remoteVersion: string | undefined;
  readonly updatedAt: string | undefined;
  readonly updatedBy: string | undefined;
  readonly cachedAt: number;
  /** The base of the time to live. */
  readonly lastVerified: number;
  readonly accessCount: number;
  readonly lastAccessed: number;
  readonly pinned: boolean;
  /** 0 (default) to 100: higher goes later. */
  readonly priority: number;
}

/** What is kept of one bundle. */
export interface CachedBundle {
  /** As `RemoteStorage.url`. */
  readonly url: string;
  /** The manifest as last seen, so that it can be read offline: its bytes as text. */
  readonly manifestText: string | undefined;
  readonly manifestVersion: string | undefined;
  readonly manifestChecksum: string | undefined;
  readonly lastManifestCheck: number | undefined;
}

/** Named counts of a bundle, added up over all processes. */
export interface BundleCounts {
  readonly hits: number;
  readonly misses: number;
  readonly staleHits: number;
  readonly remoteChecks: number;
  readonly downloads: number;
  readonly downloadedBytes: number;
}

/** What a store evicts by. Pins never go; a higher priority goes later; what is being read stays. */
export interface StoreLimits {
  readonly maxCacheSizeBytes: number;
  readonly evictionPolicy: "lru" | "lfu" | "fifo";
  /** From above 0 to 1: eviction brings the cache back to this share of the limit once it is passed. */
  readonly evictionThreshold: number;
}

/** A content, opened: its record, the way to its value, and its bytes. Close it. */
export interface ContentEntry extends CacheEntry {
  /** The bytes, verified as they are read; damage is thrown as `DamagedBlobError`. */
  readonly source: BlobSource;
}

/**
 * The local half of folios: contents by their checksum, and a small row for each item and bundle. One store serves all
 * bundles of a cache directory, and all processes. Damage is a miss, never an error. Writes throw the LarderErrors of the
 * backend (`disk-full`, `permission-denied`, `cache-full`, `backend-failed`, …), and have changed nothing then.
 */
export interface FolioStore {
  /** Absolute path of its directory; `undefined` for a store in memory. Partial downloads are kept in `downloads` within it. */
  readonly directory: string | undefined;
  /** Where contents, rows and leases are kept. */
  readonly backend: CacheBackend;

  /** What is known of a bundle. @param url - as `RemoteStorage.url`, here and below */
  bundle(url: string): Promise<CachedBundle | undefined>;
  /** Stores what is known of a bundle, in place of what was. */
  putBundle(bundle: CachedBundle): Promise<void>;
  /** All bundles, in no order that means anything. */
  bundles(): AsyncIterable<CachedBundle>;
  /** The counts of a bundle, over all processes, as far as they have written them. */
  counts(url: string): Promise<BundleCounts>;
  /** Cheap: added up in memory, written at most once a second and when closed. */
  count(url: string, amounts: Partial<BundleCounts>): void;

  /** An item's row; its content may have been evicted: `hasContent` tells. */
  item(url: string, name: string): Promise<CachedItem | undefined>;
  /** The rows of a bundle, ascending by name. */
  items(url: string): AsyncIterable<CachedItem>;
  /**
   * Stores a row in place of what there was; keeps its access count, pin and priority where `item` leaves them out.
   *
   * @param from - its content, as of `putContent`; bytes of up to 4 KiB are stored with the row, not in a file: much cheaper, but
   *   when the index is lost they are not found again by their files
   */
  putItem(url: string, item: ItemToPut, from?: ContentToPut): Promise<void>;
  /** Changes fields of a row that is there; `false` when it is not. */
  changeItem(url: string, name: string, change: Partial<Omit<CachedItem, "name" | "accessCount">>): Promise<boolean>;
  /**
   * Cheap, like `count`: one access now.
   *
   * @param confirmed - content that is what the remote has, and since when that is known: takes the place of `lastVerified`, if
   *   the item has that content
   */
  touch(url: string, name: string, confirmed?: ConfirmedContent): void;
  /** Forgets a row; its content too, when no other row names it. @returns what became free, in bytes of content */
  removeItem(url: string, name: string): Promise<number>;
  /** Forgets a bundle with all its items, counts and parts. @returns how many items, and the bytes of contents and parts */
  removeBundle(url: string): Promise<{ readonly items: number; readonly bytes: number }>;

  /** Whether content is there, as far as its record shows. Counts as no use, as `contents`. */
  hasContent(content: ContentId): Promise<boolean>;
  /**
   * The content, or `undefined`; close it. Its bytes are verified when read; damage is thrown as `DamagedBlobError`.
   *
   * @param kind - how `value()` and `table()` read it; default: as the kind it was stored with
   * @param look - `countsAsUse: false` for those who only inspect it
   */
  content(content: ContentId, kind?: ItemKind, look?: BlobLook): Promise<ContentEntry | undefined>;
  /** Contents that are there, with their size in bytes, ascending by id. */
  contents(): AsyncIterable<{ readonly content: ContentId; readonly sizeBytes: number }>;
  /**
   * Takes a finished, verified file into the store (it is moved away), or bytes. `kind` says how it is read: `table` as Parquet.
   *
   * @throws LarderError `cache-full`, `disk-full`, `permission-denied`, … as the backend; nothing is stored then
   */
  putContent(content: ContentId, kind: ItemKind, from: ContentToPut): Promise<BlobRecord>;
  /** Drops content that proved damaged, so that the next look is a miss. */
  dropContent(content: ContentId): Promise<void>;
  /** Path of the file that has the content, where it is one. */
  contentPath(content: ContentId): Promise<string | undefined>;
  /**
   * Evicts down to the threshold if the size is above it; every write of a content or part does so.
   *
   * @returns what went: contents and parts, and their bytes
   */
  evict(): Promise<{ readonly items: number; readonly bytes: number }>;
  /**
   * Whether content of so many bytes can be stored: it is not larger than the limit, and some of the disk stays free
   * (`freeDiskFloorBytes`), for which contents are evicted. To be asked before a download; `putContent` looks by itself.
   */
  hasRoomFor(byteLength: number): Promise<boolean>;

  /** Small things by key that may be evicted like contents: cached ranges and schemas. */
  part(key: string): Promise<Uint8Array | undefined>;
  /** @param options - `content`: see `dropParts`; `url`: of the bundle, with which they go */
  putPart(
    key: string,
    bytes: Uint8Array,
    options: { readonly content: string; readonly url?: string | undefined },
  ): Promise<void>;
  /** Forgets the parts kept for `content` (a content id, or a version of a remote object). */
  dropParts(content: string): Promise<void>;

  /**
   * Runs `work` while nobody else, in any process, has the name; when its holder dies, the next gets it at once. Where
   * `isDone`, also once the name is had, there is nothing to do any more: `"done"`. A holder that makes no progress for
   * `waitMs` (30,000; `progress` tells) is waited for no longer.
   *
   * @throws CacheError `lock-timeout`; the reason of the signal; what `work` throws
   */
  exclusive<Result>(name: string, work: () => Promise<Result>, options?: ExclusiveOptions): Promise<Result | "done">;

  /**
   * A table over any Parquet bytes.
   *
   * @param options - as of `openParquet`: gaps up to `gapBytes` are read along; `trust: "foreign"` reads the file in a
   *   process of its own
   */
  openTable(source: BlobSource, options?: OpenTableOptions): TableHandle;
  /** The bytes of a value that only a codec of the store can encode: an Arrow table as Parquet. */
  encodeTable(table: unknown): Promise<{ readonly bytes: Uint8Array; readonly rows: number }>;

  /** What is held, as accounted, and the limit; `Infinity`: none. */
  volume(): Promise<{ readonly sizeBytes: number; readonly limitBytes: number }>;
  /** Reads all of the index and its files, where the backend can: see `LmdbBackend.check`. */
  check?(options: { readonly fix?: boolean }): Promise<StoreCheck>;
  /** Forgets everything. Contents in use stay readable for who has them open. */
  clear(): Promise<void>;
  /** Writes what was counted. */
  flush(): Promise<void>;
  /**
   * The last who has the directory open in this process closes it. Waits for what is under way; other methods throw LarderError
   * `closed` from then on, but `count` and `touch`, which do nothing.
   */
  close(): Promise<void>;
}

/** How {@link FolioStore.openTable} reads. */
export interface OpenTableOptions {
  /** Default 0. */
  readonly gapBytes?: number | undefined;
  /** Default `"own"`. */
  readonly trust?: "own" | "foreign" | undefined;
}

/** What is wrong with the index or its files, as far as the backend tells. */
export interface StoreCheck {
  readonly problems: readonly StoreProblem[];
  /** Those of them that are no more, because `fix` was asked for. */
  readonly repaired: readonly StoreProblem[];
}

/** One thing that is wrong: its kind, such as `file-damaged`; the key or path; and a sentence. */
export interface StoreProblem {
  readonly kind: string;
  readonly what: string;
  readonly message: string;
}

/** A row to be stored. */
export type ItemToPut = Omit<CachedItem, "accessCount" | "lastAccessed" | "pinned" | "priority"> &
  Partial<Pick<CachedItem, "accessCount" | "lastAccessed" | "pinned" | "priority">>;

/** Bytes to be stored, verified. */
export type ContentToPut =
  /** `digests`: where they are known, the file is not read. */
  | { readonly file: string; readonly byteLength: number; readonly digests?: StoredDigests | undefined }
  | { readonly bytes: Uint8Array };

/** What the store keeps of the bytes of a file, from who has just written it. */
export interface StoredDigests {
  /** BLAKE3-256 of the bytes, 64 digits. */
  readonly blake3: string;
  /** `chunkDigests` of core, of the bytes. */
  readonly chunkDigests: Uint8Array;
}

/**
 * What the manifest says an item's content is; `undefined` where it tells no checksum. A parsed manifest has both fields or
 * none.
 */
export function contentOf({ checksum, checksumAlgorithm }: ManifestItem): ContentId | undefined {
  return checksum === undefined || checksumAlgorithm === undefined ? undefined : `${checksumAlgorithm}:${checksum}`;
}
