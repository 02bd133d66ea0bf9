import type { FolioParts } from "../folio-parts.js";
import { type Manifest, type ManifestItem, manifestPath } from "../manifest/manifest.js";
import { isObjectPath } from "../manifest/object-path.js";
import { referencePlace } from "./item-place.js";
import { isOwnLargeObject } from "./large-place.js";
import { pathsOfReference } from "./reference-address.js";

/**
 * Deletes the data of items that a manifest no longer lists: objects of the bundle, and what Larder has put next to it. Data
 * elsewhere stay. A failure leaves an unused object behind, which is a warning.
 *
 * @param items - as they were listed
 * @param now - the manifest as it is
 * @returns how many objects went, and how many bytes as far as known
 */
export async function removeObjects(
  parts: FolioParts,
  items: Iterable<readonly [name: string, item: ManifestItem]>,
  now: Manifest,
): Promise<{ readonly objects: number; readonly bytes: number }> {
  const used = usedAddresses(parts.remote.url, now);
  let [objects, bytes] = [0, 0];
  for (const [name, item] of items) {
    for (const { sizeBytes, ...address } of addressesOf(parts.remote.url, item)) {
      const key = (address.file ?? address.reference!).toLowerCase();
      if (used.has(key)) continue;
      used.add(key);
      if (!(await removeObject(parts, name, address))) continue;
      objects++;
      bytes += sizeBytes;
    }
  }
  return { objects, bytes };
}

/** In lower case, for some file systems take names of other case for the same. */
function usedAddresses(url: string, { items }: Manifest): Set<string> {
  const used = [...items.values()].flatMap(({ file, reference, chunks }) => [
    file ?? reference,
    ...(reference === undefined ? [] : pathsOfReference(url, reference)),
    chunks?.file,
  ]);
  return new Set([manifestPath, ...used].flatMap((address) => (address === undefined ? [] : [address.toLowerCase()])));
}

type Address = Pick<ManifestItem, "file" | "reference">;

/** The objects of an item that are the bundle's own. The size of the list of its chunks is next to nothing. */
function addressesOf(url: string, item: ManifestItem): (Address & { readonly sizeBytes: number })[] {
  const { file, reference, sizeBytes = 0, chunks } = item;
  const isOwn = file !== undefined || (reference !== undefined && isOwnLargeObject(url, reference));
  return [
    ...(isOwn ? [{ file, reference, sizeBytes }] : []),
    // Only what Larder has made: a list is nothing that anybody else gives a name.
    ...(chunks !== undefined && isObjectPath(chunks.file) ? [{ file: chunks.file, sizeBytes: 0 }] : []),
  ];
}

async function removeObject(parts: FolioParts, name: string, address: Address): Promise<boolean> {
  try {
    const { storage, path } =
      address.file !== undefined
        ? { storage: parts.remote, path: address.file }
        : await referencePlace(parts, name, address.reference!);
    return (await storage.delete?.(path)) ?? false;
  } catch (cause) {
    parts.onEvent({
      type: "warning",
      code: "unused-object",
      item: name,
      message: `The former data of the item ${JSON.stringify(name)} could not be deleted; nothing uses them any more. analyze() lists what is unused, and optimizeStorage() removes it.`,
      facts: { url: parts.remote.url, path: address.file ?? address.reference },
      cause,
    });
    return false;
  }
}
