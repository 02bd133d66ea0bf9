import type { BlobRecord } from "@larder/core";
import type { FileReference } from "./blob-address.js";
import { orderRemoved, orderWritten } from "./order/entry-order.js";
import { accountedRowBytes } from "./space/accounted-bytes.js";
import { expiryRemoved, expiryWritten } from "./space/expiry-rows.js";
import type { StoreContext } from "./store-context.js";
import { addTags, removeTags } from "./tags/index-tags.js";

/** What the index knows of an entry besides its bytes, read once and copied. */
export interface KnownEntry {
  /** `indexKey` of its key. */
  readonly place: Uint8Array;
  /** Its whole key. `undefined`, like `record`: the row is damaged. */
  readonly name: Uint8Array | undefined;
  readonly record: BlobRecord | undefined;
  /** The file that has its bytes; `undefined`: they are in the row. */
  readonly reference: FileReference | undefined;
  /** Whether its bytes are in the row. */
  readonly isInline: boolean;
  /** Length of its row. */
  readonly rowBytes: number;
  /** Number of the write that stored it; each has a higher one than those before it. */
  readonly storedSequence: number;
}

/** An entry whose row is sound. */
export interface SoundEntry extends KnownEntry {
  readonly name: Uint8Array;
  readonly record: BlobRecord;
}

/**
 * The one place where all else an entry is known by is taken back: an entry goes, or is about to be replaced. Its row is
 * still there or just gone; its file is released afterwards. Within a transaction.
 *
 * @param replacement - what takes its place, if something does
 */
export function onEntryRemoved(context: StoreContext, entry: KnownEntry, replacement: SoundEntry | undefined): void {
  removeTags(context, entry, replacement);
  expiryRemoved(context, entry);
  orderRemoved(context, entry);
  account(context, entry, -1);
  // Of a damaged row nobody knows whether it pointed at a file.
  const mayHaveFile = entry.reference !== undefined || entry.record === undefined;
  if (mayHaveFile && replacement?.reference === undefined) context.journal.deleted(entry.place);
}

/**
 * The one place where all else an entry is known by is set up; its row and the count of its file are written. Within a
 * transaction.
 *
 * @param previous - what was there, for which {@link onEntryRemoved} was called
 */
export function onEntryWritten(context: StoreContext, entry: SoundEntry, previous: KnownEntry | undefined): void {
  addTags(context, entry, previous);
  expiryWritten(context, entry);
  orderWritten(context, entry);
  account(context, entry, 1);
  if (entry.reference !== undefined) context.journal.stored(entry);
}

function account({ space }: StoreContext, { place, rowBytes, isInline }: KnownEntry, entries: 1 | -1): void {
  const inlineEntries = isInline ? entries : 0;
  const bytes = entries * accountedRowBytes(place.byteLength, rowBytes);
  space.account.add({ entries, inlineEntries, rowBytes: bytes });
  space.taken += bytes;
}
