import type { FolioParts } from "../folio-parts.js";
import type { ItemChunks } from "../manifest/manifest.js";
import { isObjectPath, itemsFolder, objectName } from "../manifest/object-path.js";
import type { MeasuredChunks } from "./measure-chunks.js";

/** Of which item a list is, and where its bytes are. */
export interface ChunksOf {
  readonly name: string;
  readonly checksum: string;
  /** Path of the item's object, in whatever storage. */
  readonly path: string;
}

/**
 * Stores the list of an item's chunks as an object of the bundle, under the name of the item's object with the extension `chunks`.
 * It lies in the bundle also where the item's bytes lie elsewhere.
 *
 * @returns what the manifest says of it
 * @throws RemoteError
 */
export async function storeChunks(
  parts: FolioParts,
  item: ChunksOf,
  { bytes, chunkBytes, checksum }: MeasuredChunks,
  signal?: AbortSignal,
): Promise<ItemChunks> {
  const file = chunksPath(item, parts.random);
  try {
    await parts.remote.write!(file, { bytes }, { signal });
  } catch (error) {
    // After an answer that was lost it may be there.
    await removeChunks(parts, { file });
    throw error;
  }
  return { file, chunkBytes, algorithm: "blake3", checksum };
}

/** Removes a list that no manifest names. What can't be removed is left to `optimizeStorage`. */
export async function removeChunks(parts: FolioParts, chunks: Pick<ItemChunks, "file"> | undefined): Promise<void> {
  if (chunks !== undefined) await parts.remote.delete?.(chunks.file).catch(() => false);
}

function chunksPath({ name, checksum, path }: ChunksOf, random: () => number): string {
  const object = path.slice(path.lastIndexOf("/") + 1);
  const beside = `${itemsFolder}/${object.replace(/\.[^.]*$/, "")}.chunks`;
  // Data at an address of somebody's choice have a name that others may have too.
  return isObjectPath(beside) && beside !== path
    ? beside
    : `${itemsFolder}/${objectName(name, checksum, "chunks", random)}`;
}
