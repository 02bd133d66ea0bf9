import type { Clock } from "@larder/core";
import type { FolioSettings } from "../../configuration/folio-settings.js";
import type { CacheStatus } from "../../folio.js";
import { type CachedBundle, type CachedItem, contentOf, type FolioStore } from "../folio-store.js";
import { manifestOfBundle } from "../manifest-of-bundle.js";
import { examineContent } from "./examine-content.js";

const notCached: CacheStatus = {
  cached: false,
  path: undefined,
  sizeBytes: undefined,
  cachedAt: undefined,
  lastVerified: undefined,
  ttlExpiresInSeconds: undefined,
  checksumValid: undefined,
  accessCount: 0,
  lastAccessed: undefined,
  pinned: false,
  priority: 0,
};

/**
 * What is known of an item in the cache. Its bytes are read now, and compared with its checksum. Counts as no access.
 *
 * @param settings - `ttlSeconds` says when it expires
 */
export async function cacheStatus(
  store: FolioStore,
  url: string,
  name: string,
  settings: Pick<FolioSettings, "ttlSeconds">,
  clock: Clock,
): Promise<CacheStatus> {
  const row = await store.item(url, name);
  if (row === undefined) return notCached;
  const known = {
    accessCount: row.accessCount,
    lastAccessed: new Date(row.lastAccessed),
    pinned: row.pinned,
    priority: row.priority,
  };
  const path = await store.contentPath(row.content);
  if (!(await store.hasContent(row.content))) return { ...notCached, ...known };
  const lastVerified = verifiedAt(row, await store.bundle(url));
  const { ttlSeconds } = settings;
  return {
    ...known,
    cached: true,
    path,
    sizeBytes: row.sizeBytes,
    cachedAt: new Date(row.cachedAt),
    lastVerified: new Date(lastVerified),
    ttlExpiresInSeconds: ttlSeconds === null ? null : (lastVerified - clock.now()) / 1000 + ttlSeconds,
    checksumValid: (await examineContent(store, row.content)) === "sound",
  };
}

/** A check of the manifest verifies every item that it names the content of. */
function verifiedAt(row: CachedItem, bundle: CachedBundle | undefined): number {
  const { lastManifestCheck = 0 } = bundle ?? {};
  if (lastManifestCheck <= row.lastVerified) return row.lastVerified;
  const item = manifestOfBundle(bundle)?.items.get(row.name);
  return item !== undefined && contentOf(item) === row.content ? lastManifestCheck : row.lastVerified;
}
