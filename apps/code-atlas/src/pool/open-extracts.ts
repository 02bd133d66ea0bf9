import { type RuntimeProfile, runtimeProfile } from "@larder/disk-cache";
import { type ExtractCache, extractCache } from "@larder/typed-caches";

/** The caches of the atlas: each kind in a folder of its own of one directory. */
export function atlasProfile(directory: string): RuntimeProfile {
  return runtimeProfile({ settings: { directory } });
}

/** Extractions by content, shared by all processes on one directory. */
export function openExtracts(profile: RuntimeProfile): ExtractCache {
  return extractCache({ profile });
}
