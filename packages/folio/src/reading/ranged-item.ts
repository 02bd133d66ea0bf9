import { LarderError } from "@larder/core";
import type { FolioTable, GetOptions } from "../folio.js";
import type { RemoteAbout } from "./item-use.js";
import type { ReadingParts } from "./reading-parts.js";

/** A Parquet file of this size, in bytes, is read at once: its footer alone is a read of about as much. Of larger ones `add` lists the chunks. */
const wholeBytes = 1 << 16;

/** A table over ranges of the remote file; `undefined` where it is to be fetched whole. */
export async function rangedTable(
  parts: ReadingParts,
  name: string,
  { item, place }: RemoteAbout,
  { forceCache, signal }: GetOptions,
): Promise<FolioTable | undefined> {
  if (forceCache === true || !place.storage.abilities.ranges) return undefined;
  if (item.sizeBytes !== undefined && item.sizeBytes <= wholeBytes) return undefined;
  // Loaded when first needed: many folios hold no table that is read in part.
  const { openRangedTable } = await import("../ranges/open-ranged-table.js");
  try {
    return await openRangedTable(parts, name, item, place, { signal });
  } catch (error) {
    if (LarderError.isInstance(error, "no-ranges")) return undefined;
    throw error;
  }
}
