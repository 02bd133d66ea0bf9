import type { EvictionPolicy } from "@larder/core";
import { invalidOption } from "../invalid-option.js";
import type { StoreLimits } from "./folio-store.js";

/** Eviction policies, by their names in settings. */
export const policyOf: Readonly<Record<StoreLimits["evictionPolicy"], EvictionPolicy>> = {
  lru: "least-recently-used",
  lfu: "least-frequently-used",
  fifo: "least-recently-stored",
};

/** @throws LarderError `invalid-option` */
export function checkLimits({ maxCacheSizeBytes, evictionPolicy, evictionThreshold }: StoreLimits): void {
  if (!(Number.isSafeInteger(maxCacheSizeBytes) && maxCacheSizeBytes >= 0)) {
    throw invalidOption("maxCacheSizeBytes", "a whole number of bytes, 0 or more", maxCacheSizeBytes);
  }
  if (!Object.hasOwn(policyOf, evictionPolicy)) {
    throw invalidOption("evictionPolicy", "lru, lfu or fifo", evictionPolicy);
  }
  if (!(evictionThreshold > 0 && evictionThreshold <= 1)) {
    throw invalidOption("evictionThreshold", "a share above 0, up to 1", evictionThreshold);
  }
}
