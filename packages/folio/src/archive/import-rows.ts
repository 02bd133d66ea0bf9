import { type CachedBundle, type CachedItem, contentOf, type FolioStore } from "../cached/folio-store.js";
import { manifestOfBundle } from "../cached/manifest-of-bundle.js";
import type { Manifest } from "../manifest/manifest.js";
import type { ExportedBundle, ExportedCache } from "../shared-directory/exported-layout.js";

/** Takes back what was done; in the order opposite to that in which it was done. */
export type Undo = () => Promise<void>;

/**
 * Puts the rows of an archive into a store whose contents are there. What the store knows better, for it was checked later,
 * stays as it is; what the newer of the two manifests contradicts is left out, or has to be checked before it is used.
 *
 * @param now - absolute milliseconds: no time of an archive is taken to be later
 * @param undo - gets what takes back each step, as it is done
 * @returns the rows put
 */
export async function importRows(
  store: FolioStore,
  { bundles }: ExportedCache,
  { now, undo }: { readonly now: number; readonly undo: Undo[] },
): Promise<readonly CachedItem["content"][]> {
  const put: CachedItem["content"][] = [];
  for (const bundle of bundles) {
    const before = await store.bundle(bundle.url);
    const isNewer = checkedAt(bundle, now) > checkedAt(before, now);
    if (before === undefined || isNewer) await importBundle(store, bundle, before, { now, undo });
    const manifest = manifestOfBundle(isNewer ? bundle : before);
    for (const item of bundle.items) {
      const known = manifest?.items.get(item.name);
      if (manifest !== undefined && contradicts(known, item)) continue;
      const there = await store.item(bundle.url, item.name);
      const lastVerified = Math.min(item.lastVerified, now);
      if (there !== undefined && there.lastVerified >= lastVerified && (await store.hasContent(there.content)))
        continue;
      undo.push(async () => {
        if (there === undefined) await store.removeItem(bundle.url, item.name);
        else await store.putItem(bundle.url, there);
      });
      const cachedAt = Math.min(item.cachedAt, now);
      await store.putItem(bundle.url, { ...item, cachedAt, lastVerified });
      put.push(item.content);
    }
  }
  return put;
}

async function importBundle(
  store: FolioStore,
  { items: _items, ...bundle }: ExportedBundle,
  before: CachedBundle | undefined,
  { now, undo }: { readonly now: number; readonly undo: Undo[] },
): Promise<void> {
  undo.push(async () => {
    if (before === undefined) await store.removeBundle(bundle.url);
    else await store.putBundle(before);
  });
  const { lastManifestCheck } = bundle;
  await store.putBundle({
    ...bundle,
    lastManifestCheck: lastManifestCheck === undefined ? undefined : Math.min(lastManifestCheck, now),
  });
  const manifest = manifestOfBundle(bundle);
  if (before === undefined || manifest === undefined) return;
  for await (const item of store.items(bundle.url)) {
    if (!contradicts(manifest.items.get(item.name), item)) continue;
    const { lastVerified } = item;
    undo.push(async () => void (await store.changeItem(bundle.url, item.name, { lastVerified })));
    await store.changeItem(bundle.url, item.name, { lastVerified: 0 });
  }
}

function checkedAt(bundle: CachedBundle | undefined, now: number): number {
  return bundle?.manifestText === undefined ? -1 : Math.min(bundle.lastManifestCheck ?? 0, now);
}

/** Whether a manifest says that an item has another content; one without a checksum says nothing. */
function contradicts(
  known: Manifest["items"] extends ReadonlyMap<string, infer Item> ? Item | undefined : never,
  item: { readonly content: string },
): boolean {
  if (known === undefined) return true;
  const content = contentOf(known);
  return content !== undefined && content !== item.content;
}
