import type { FolioParts } from "../folio-parts.js";
import type { ManifestItem } from "../manifest/manifest.js";
import { itemsFolder, objectName } from "../manifest/object-path.js";
import { itemExtension } from "../values/item-extension.js";
import { changeItem } from "./change-items.js";
import { checkWritable } from "./check-writable.js";
import { fetchBody } from "./fetch-body.js";
import { itemPlace } from "./item-place.js";
import { itemChanged, knownItem, sameData } from "./known-item.js";
import { moveItem } from "./move-item.js";

/**
 * Copies the data of a reference into the bundle, verified by their checksum if it is known, and else given one. Data that are in the
 * bundle already are only listed as such. An included item stays as it is.
 *
 * @throws LarderError `unknown-item`, `reference-not-found`, `item-changed`; ChecksumMismatchError; as `addItem`
 */
export async function convertToIncluded(
  parts: FolioParts,
  name: string,
  options: { readonly signal?: AbortSignal | undefined } = {},
): Promise<void> {
  checkWritable(parts, "convertToIncluded");
  const { signal } = options;
  const item = await knownItem(parts, name, signal);
  if (item.reference === undefined) return;
  const place = await itemPlace(parts, name, item);
  if (place.storage === parts.remote) return listAsIncluded(parts, name, item, place.path, signal);
  const fetched = await fetchBody(parts, name, item, place, signal);
  try {
    const extension = itemExtension(item.kind, item.reference);
    const path = `${itemsFolder}/${objectName(name, fetched.checksum, extension, parts.random)}`;
    await moveItem(parts, name, item, fetched, { storage: parts.remote, path, address: { file: path } }, signal);
  } finally {
    await fetched.dispose();
  }
}

async function listAsIncluded(
  parts: FolioParts,
  name: string,
  item: ManifestItem,
  file: string,
  signal: AbortSignal | undefined,
): Promise<void> {
  await changeItem(
    parts,
    name,
    (current) => {
      if (current?.file === file) return undefined;
      if (current === undefined || !sameData(current, item)) throw itemChanged(parts.remote.url, name);
      const { reference: _, ...rest } = current;
      return { ...rest, file };
    },
    { signal },
  );
}
