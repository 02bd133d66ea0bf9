import { LarderError } from "@larder/core";
import type { FolioParts } from "../folio-parts.js";
import type { ItemChunks, ManifestItem } from "../manifest/manifest.js";
import { changeItem } from "./change-items.js";
import type { FetchedBody } from "./fetch-body.js";
import { itemChanged, sameData } from "./known-item.js";
import { removeObjects } from "./remove-objects.js";
import { removeChunks, storeChunks } from "./store-chunks.js";
import type { TargetPlace } from "./target-place.js";

/**
 * Stores the data of an item at another place, lists it there, and removes them from where they were, if they were the bundle's.
 * When somebody changes the item meanwhile, everything stays as it was.
 *
 * @returns how many objects were removed
 * @throws LarderError `item-changed`, `manifest-contended`; RemoteError
 */
export async function moveItem(
  parts: FolioParts,
  name: string,
  item: ManifestItem,
  fetched: FetchedBody,
  target: TargetPlace,
  signal?: AbortSignal,
): Promise<number> {
  const { sizeBytes, checksum, checksumAlgorithm } = fetched;
  await target.storage.write!(target.path, fetched.body, { signal });
  let chunks: ItemChunks | undefined;
  try {
    // A list that is there already says the same of the same bytes, wherever they are.
    const of = { name, checksum, path: target.path };
    chunks = fetched.chunks && (await storeChunks(parts, of, fetched.chunks, signal));
    const { manifest } = await changeItem(
      parts,
      name,
      (current) => {
        if (current !== undefined && isAt(current, target)) return undefined;
        if (current === undefined || !sameData(current, item)) throw itemChanged(parts.remote.url, name);
        const { file: _file, reference: _reference, ...rest } = current;
        const facts = { sizeBytes, checksum, checksumAlgorithm, ...(chunks && { chunks }) };
        return { ...rest, ...facts, ...target.address };
      },
      { signal },
    );
    return (await removeObjects(parts, [[name, item]], manifest)).objects;
  } catch (error) {
    // After an answer that was lost the manifest may name the new place.
    if (LarderError.isInstance(error) && error.code !== "remote-unreachable") {
      await target.storage.delete?.(target.path).catch(() => false);
      await removeChunks(parts, chunks);
    }
    throw error;
  }
}

function isAt(current: ManifestItem, { address }: TargetPlace): boolean {
  return "file" in address ? current.file === address.file : current.reference === address.reference;
}
