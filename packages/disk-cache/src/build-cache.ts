import type { KindCache } from "./kind-cache.js";
import { openKind } from "./open-kind.js";
import { isRuntimeProfile, type RuntimeProfile } from "./runtime-profile.js";
import type { CacheKind } from "./settings/cache-kind.js";
import { type CacheSettings, type CacheSettingsInput, cacheSettings } from "./settings/cache-settings.js";

/**
 * Opens the cache of a kind, in `<directory>/<kind>`; many processes and threads may have it open at once. To open it
 * twice in one process is cheap. A profile gives the same cache each time, and closes it itself; one that was built from
 * settings is closed by whoever built it.
 *
 * @throws LarderError `invalid-settings`, `invalid-kind`; `settings-conflict` when the cache was made with other shards;
 *   `network-file-system`; those of `DiskCache`
 */
export async function buildCache(
  kind: CacheKind,
  from: CacheSettings | CacheSettingsInput | RuntimeProfile = {},
): Promise<KindCache> {
  if (isRuntimeProfile(from)) return from.cache(kind);
  return openKind(kind, { settings: cacheSettings(from) });
}
