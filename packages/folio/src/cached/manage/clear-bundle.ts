import type { Removed } from "../../folio.js";
import type { ContentId, FolioStore } from "../folio-store.js";
import { contentSizes } from "./blob-sizes.js";

/**
 * Forgets a bundle: its rows, counts and parts, and the contents that no other bundle has.
 *
 * @param options - `dryRun`: only says what would go
 */
export async function clearBundle(
  store: FolioStore,
  url: string,
  { dryRun = false }: { readonly dryRun?: boolean | undefined } = {},
): Promise<Removed> {
  return dryRun ? wouldGo(store, url) : store.removeBundle(url);
}

async function wouldGo(store: FolioStore, url: string): Promise<Removed> {
  const contents = await contentSizes(store);
  const kept = new Set<ContentId>();
  for await (const bundle of store.bundles()) {
    if (bundle.url === url) continue;
    for await (const { content } of store.items(bundle.url)) kept.add(content);
  }
  let items = 0;
  let bytes = 0;
  for await (const { content } of store.items(url)) {
    items++;
    if (!kept.has(content)) bytes += contents.get(content) ?? 0;
    kept.add(content);
  }
  return { items, bytes };
}
