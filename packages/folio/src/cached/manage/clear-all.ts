import type { Removed } from "../../folio.js";
import type { FolioStore } from "../folio-store.js";
import { partPrefix } from "../store-keys.js";
import { blobSizes } from "./blob-sizes.js";
import { sweepDownloads } from "./sweep-downloads.js";

/**
 * Forgets everything: all bundles, contents and parts, and the downloads that nobody goes on with. Settings stay.
 *
 * @returns the items, and the bytes of contents, parts and downloads
 */
export async function clearAll(
  store: FolioStore,
  { dryRun = false }: { readonly dryRun?: boolean | undefined } = {},
): Promise<Removed> {
  let items = 0;
  let bytes = 0;
  for await (const { url } of store.bundles()) for await (const _ of store.items(url)) items++;
  for await (const { sizeBytes } of store.contents()) bytes += sizeBytes;
  for await (const { byteLength } of blobSizes(store, partPrefix)) bytes += byteLength;
  const downloads = await sweepDownloads(store, { olderThanMs: 0, now: Date.now(), dryRun });
  if (!dryRun) await store.clear();
  return { items, bytes: bytes + downloads.bytes };
}
