import { LarderError } from "@larder/core";
import type { FolioParts } from "../folio-parts.js";
import type { ManifestItem } from "../manifest/manifest.js";
import { changeItem } from "./change-items.js";
import { checkWritable } from "./check-writable.js";
import { checksumAt } from "./fetch-body.js";
import { itemPlace, referencePlace } from "./item-place.js";
import { itemChanged, knownItem, sameData } from "./known-item.js";
import { checkReference, referenceToOwn } from "./reference-address.js";
import { removeObjects } from "./remove-objects.js";

/**
 * Makes an included item refer to its data: where they are now, or at `url`, where the same bytes must be already. They are read and
 * compared before the bundle's own copy goes. An item that is a reference is pointed at `url` in the same way.
 *
 * @throws LarderError `unknown-item`, `invalid-reference`, `reference-not-found`, `reference-differs`, `item-changed`; as `addItem`
 */
export async function convertToReference(
  parts: FolioParts,
  name: string,
  options: { readonly url?: string | undefined; readonly signal?: AbortSignal | undefined } = {},
): Promise<void> {
  checkWritable(parts, "convertToReference");
  const { url, signal } = options;
  const item = await knownItem(parts, name, signal);
  if (url === undefined) {
    if (item.file === undefined) return;
    await changeItem(parts, name, (current) => pointedAtItself(parts.remote.url, current), { signal });
    return;
  }
  checkReference(name, url);
  if (item.reference === url) return;
  const facts = await compareWith(parts, name, item, url, signal);
  const { manifest } = await changeItem(
    parts,
    name,
    (current) => {
      if (current?.reference === url) return undefined;
      if (current === undefined || !sameData(current, item)) throw itemChanged(parts.remote.url, name);
      const { file: _, ...rest } = current;
      return { ...rest, ...facts, reference: url };
    },
    { signal },
  );
  await removeObjects(parts, [[name, item]], manifest);
}

function pointedAtItself(url: string, current: ManifestItem | undefined): ManifestItem | undefined {
  if (current?.file === undefined) return undefined;
  const { file, ...rest } = current;
  return { ...rest, reference: referenceToOwn(url, file) };
}

/** Reads what is at the address, and what the item has where it tells no checksum. */
async function compareWith(parts: FolioParts, name: string, item: ManifestItem, url: string, signal?: AbortSignal) {
  const there = await checksumAt(
    parts,
    name,
    { ...item, reference: url },
    await referencePlace(parts, name, url),
    signal,
  );
  const here =
    item.checksum ?? (await checksumAt(parts, name, item, await itemPlace(parts, name, item), signal)).checksum;
  if (there.checksum === here) {
    const checksumAlgorithm = item.checksumAlgorithm ?? parts.settings.checksumAlgorithm;
    return { sizeBytes: there.sizeBytes, checksum: here, checksumAlgorithm };
  }
  throw new LarderError(
    `The item ${JSON.stringify(name)} of ${parts.remote.url} was not converted: the data at ${url} are not those of the item. Store the same bytes there first, or add the item with 'asReference'.`,
    { code: "reference-differs", facts: { url: parts.remote.url, item: name, reference: url } },
  );
}
