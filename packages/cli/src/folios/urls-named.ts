import { pathToFileURL } from "node:url";
import type { FolioCache } from "@larder/folio";
import { addressOf } from "./open-bundle.js";

/**
 * Addresses of the cached bundles that a text names: an address, its last part, a part of it, or a path.
 *
 * @param directory - where relative paths begin
 */
export async function urlsNamed(folios: FolioCache, text: string, directory: string): Promise<readonly string[]> {
  const asked = await folios.find(text);
  const found = asked.length > 0 ? asked : await folios.find(fileAddress(addressOf(text, directory)));
  return found.map(({ url }) => url);
}

/** As bundles in folders are called in the cache. */
function fileAddress(address: string): string {
  return address.startsWith("/") ? pathToFileURL(address).href.replace(/\/$/, "") : address;
}
