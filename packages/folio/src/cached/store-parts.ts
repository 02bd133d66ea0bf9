import type {
  BlobSource,
  CacheBackend,
  Clock,
  EntryIndex,
  TableHandle,
  TagIndex,
  Transactions,
  ValueCodec,
  Xxhash,
} from "@larder/core";
import type { FolioEvent } from "../folio-events.js";
import type { Evictions } from "./evictions.js";
import type { ExclusiveWork } from "./exclusive-work.js";
import type { OpenTableOptions } from "./folio-store.js";
import type { PendingCounts } from "./pending-counts.js";

/** A backend that a store can be made on. */
export type StoreBackend = CacheBackend & EntryIndex & Transactions;

/** What the functions behind a store share. */
export interface StoreParts {
  readonly directory: string | undefined;
  readonly backend: StoreBackend;
  /** The same, but every content becomes a file, so that the journal of the directory brings it back. */
  readonly contents: CacheBackend;
  readonly clock: Clock;
  readonly xxhash: Xxhash;
  /** The codec of tables. */
  readonly tables: ValueCodec;
  openTable(source: BlobSource, options?: OpenTableOptions): TableHandle;
  /** Path of the file that has a blob, where it is one. */
  pathOf(key: string): Promise<string | undefined>;
  /** So many bytes of the disk stay free; 0 for a store in memory. */
  readonly freeDiskFloorBytes: number;
  readonly pending: PendingCounts;
  readonly evictions: Evictions;
  readonly exclusive: ExclusiveWork;
  readonly onEvent: (event: FolioEvent) => void;
}

/** Whether a backend finds what it holds by tags. */
export function hasTags(backend: CacheBackend): backend is CacheBackend & TagIndex {
  return backend.supports?.tags === true;
}
