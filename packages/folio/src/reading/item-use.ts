import type { CachedItem, ContentEntry } from "../cached/folio-store.js";
import type { ItemPlace } from "../folio-parts.js";
import type { ItemKind, ManifestItem } from "../manifest/manifest.js";

/** What becomes of the bytes of an item, wherever they come from. */
export interface ItemUse<Result> {
  /** Whether downloaded bytes are wanted in memory at once. */
  readonly keepsBytes: boolean;
  /** Makes something of the local copy, and sees to it that the entry is closed. May throw DamagedBlobError. */
  fromEntry(entry: ContentEntry, about: EntryAbout): Promise<Result>;
  /** Makes something of bytes that were verified, or that nothing vouches for. */
  fromBytes(bytes: Uint8Array, about: BytesAbout): Promise<Result>;
  /** Reads the remote in its own way, such as by ranges; `undefined`: it can't, and the item is fetched whole. */
  fromRemote?(about: RemoteAbout): Promise<Result | undefined>;
}

export interface BytesAbout {
  readonly kind: ItemKind;
  /** Whether the writer of the manifest vouches for the bytes, by a checksum. */
  readonly vouched: boolean;
}

export interface EntryAbout extends BytesAbout {
  readonly row: CachedItem;
  /** It came from the remote just now. */
  readonly downloaded: boolean;
}

export interface RemoteAbout {
  readonly item: ManifestItem;
  readonly place: ItemPlace;
  /** Whether the item is to be cached. */
  readonly caches: boolean;
}
