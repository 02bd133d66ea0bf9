import type { Xxhash } from "@larder/core";
import { indexKey, keyBytes, keyText, plainKeyOf } from "../entry-key.js";
import type { PlacedKey } from "../list-keys.js";
import type { ReadableTable, TableRange } from "../lmdb-environment.js";
import { decodeRow, encodeRow, rowKinds } from "../row-format.js";
import type { StoreContext } from "../store-context.js";

/** Bytes of {@link tagId}. */
export const tagIdBytes = 8;

/**
 * What stands for a tag in the table `tagged`: the xxh64 of its bytes. Not a number given out, because nothing is lost then
 * when the row of a tag is damaged. Should two tags have the same, both are looked at for each: what a tag finds is held against
 * the records.
 */
export function tagId(tag: string, xxhash: Xxhash): Buffer {
  const id = Buffer.alloc(tagIdBytes);
  id.writeBigUInt64BE(xxhash.hash64(keyBytes(tag)));
  return id;
}

/** The key of a row that says: the entry at this place has this tag. */
export function taggedKey(id: Uint8Array, place: Uint8Array): Buffer {
  return Buffer.concat([id, place]);
}

/** The place in such a key. */
export function placeOfTagged(key: Uint8Array): Uint8Array {
  return key.subarray(tagIdBytes);
}

/** Where the rows of a tag stand. */
export function rangeOfTag(id: Uint8Array): { readonly from: Uint8Array; readonly before?: Uint8Array } {
  const next = Buffer.from(id);
  for (let at = next.byteLength - 1; at >= 0; at--) {
    next[at] = (next[at]! + 1) & 255;
    if (next[at] !== 0) return { from: id, before: next };
  }
  return { from: id };
}

/** At most `limit` places of entries that may have a tag, from the place `from` on. */
export function placesOfTag(
  tagged: ReadableTable,
  id: Uint8Array,
  from: Uint8Array | undefined,
  limit: number,
): Uint8Array[] {
  const range: TableRange = { ...rangeOfTag(id), ...(from === undefined ? {} : { from: taggedKey(id, from) }), limit };
  return tagged.keysIn(range).map(placeOfTagged);
}

/** Notes that a tag is in use. Within a transaction. A tag may be any string; unpaired surrogates are told apart. */
export function writeTagName({ environment, xxhash }: StoreContext, tag: string): void {
  const key = keyBytes(tag);
  const place = indexKey(key);
  const row = encodeRow({ kind: rowKinds.tagName, key, payload: tagId(tag, xxhash) }, xxhash);
  const there = environment.tagNames.read(place);
  if (there === undefined || Buffer.compare(there, row) !== 0) environment.tagNames.write(place, row);
}

/** Tags read at a time. */
const pageTags = 500;

/**
 * The tags in use by their places, in order except for long ones that begin alike.
 *
 * @param beforePage - called before the index is read again
 */
export function* tagNames(
  context: StoreContext,
  beforePage?: () => void,
): Generator<PlacedKey & { readonly tag: string }> {
  let from: Uint8Array = Buffer.of(0);
  for (;;) {
    beforePage?.();
    const rows = context.environment.tagNames.rowsIn({ from, limit: pageTags });
    for (const { key: place, row } of rows) {
      const key = plainKeyOf(place) ?? longTag(place, row, context.xxhash);
      if (key !== undefined) yield { place, key, tag: keyText(key) };
    }
    if (rows.length < pageTags) return;
    from = Buffer.concat([rows.at(-1)!.key, Buffer.of(0)]);
  }
}

/** `undefined`: the row is damaged. The tag is written anew with the next entry that gets it. */
function longTag(place: Uint8Array, bytes: Uint8Array, xxhash: Xxhash): Uint8Array | undefined {
  const row = decodeRow(bytes, undefined, xxhash);
  const sound = row?.kind === rowKinds.tagName && Buffer.compare(indexKey(row.key), place) === 0;
  return sound ? new Uint8Array(row.key) : undefined;
}
