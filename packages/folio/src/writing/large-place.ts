import { LarderError } from "@larder/core";
import type { FolioParts, ItemPlace } from "../folio-parts.js";
import { escapedName } from "../manifest/object-path.js";
import { checkRemotePath, joinUrl, parseBundleUrl } from "../remote/remote-path.js";
import { referencePlace } from "./item-place.js";
import { absoluteReference, checkReference, parentAddress } from "./reference-address.js";

/** Folder next to bundles in which their large data are kept, in a folder for each bundle. */
const largeFolder = "large";

/** Where the data of a large item go, and how the manifest refers to them. */
export interface LargePlace extends ItemPlace {
  readonly reference: string;
}

/**
 * Where the data of a large item go: an object in `large/<name of the bundle>/` next to the bundle, or in the folder given. The
 * reference to what lies next to the bundle begins with `../`, so that it stays right when both are moved or read by another
 * address.
 *
 * @param folder - absolute address of another folder
 * @returns `undefined` when nothing can lie next to the bundle
 * @throws LarderError `invalid-reference`, `invalid-bundle-url`, `no-large-place`
 */
export async function largePlace(
  parts: FolioParts,
  item: string,
  objectName: string,
  folder?: string,
): Promise<LargePlace | undefined> {
  const { url } = parts.remote;
  if (folder !== undefined) {
    checkReference(item, folder);
    return placeAt(parts, item, joinUrl(parseBundleUrl(absoluteReference(url, folder)).url, objectName));
  }
  if (parentAddress(url) === undefined || !isKnownScheme(url)) return undefined;
  return placeAt(parts, item, `${ownLargeFolder(url)}${objectName}`);
}

/** Where data at an address of its own go. @throws LarderError `no-large-place` when it can only be read */
export async function placeAt(parts: FolioParts, item: string, reference: string): Promise<LargePlace> {
  const place = await referencePlace(parts, item, reference);
  checkRemotePath(place.path);
  if (place.storage.write !== undefined) return { ...place, reference };
  throw new LarderError(
    `The data of the item ${JSON.stringify(item)} can't be stored at ${reference}, which can only be read. Give an address of s3:, gs: or file:.`,
    { code: "no-large-place", facts: { url: parts.remote.url, item, reference } },
  );
}

/** Whether a reference leads to what this bundle has put next to itself. */
export function isOwnLargeObject(url: string, reference: string): boolean {
  return reference.startsWith(ownLargeFolder(url));
}

/** As a reference, with the slash at its end. */
function ownLargeFolder(url: string): string {
  return `../${largeFolder}/${escapedName(lastPart(url))}/`;
}

function lastPart(url: string): string {
  const last = url.slice(url.lastIndexOf("/") + 1);
  try {
    return decodeURIComponent(last);
  } catch {
    return last;
  }
}

/** Storages of other kinds are known only by what was handed in. */
function isKnownScheme(url: string): boolean {
  return /^(file|https?|s3|gs):/.test(url);
}
