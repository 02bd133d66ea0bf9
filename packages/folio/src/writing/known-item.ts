import { LarderError } from "@larder/core";
import type { FolioParts } from "../folio-parts.js";
import type { ManifestItem } from "../manifest/manifest.js";
import { unknownItem } from "../reading/read-errors.js";

/** An item as the manifest has it now: one request. @throws LarderError `unknown-item`, naming the nearest */
export async function knownItem(parts: FolioParts, name: string, signal?: AbortSignal): Promise<ManifestItem> {
  const { manifest } = await parts.manifest({ maxAgeSeconds: 0, signal });
  const item = manifest.items.get(name);
  if (item === undefined) throw unknownItem(parts.remote.url, name, manifest);
  return item;
}

/** Whether two states of an item are of the same data at the same place. */
export function sameData(a: ManifestItem, b: ManifestItem): boolean {
  // A checksum may have been added since.
  const sameChecksum = a.checksum === undefined || b.checksum === undefined || a.checksum === b.checksum;
  return a.file === b.file && a.reference === b.reference && a.updatedAt === b.updatedAt && sameChecksum;
}

/** Somebody else has changed an item while it was worked on. */
export function itemChanged(url: string, item: string): LarderError {
  return new LarderError(
    `The item ${JSON.stringify(item)} of ${url} was changed by somebody else meanwhile, so it was left as it is now. Try again.`,
    { code: "item-changed", facts: { url, item } },
  );
}
