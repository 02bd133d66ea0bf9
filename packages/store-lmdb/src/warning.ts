import type { CacheEventListener, CacheWarning } from "@larder/core";

/** Something went wrong that the store survives. */
export type StoreWarning = Omit<CacheWarning, "type">;

/** Receives warnings; never throws. */
export type WarningListener = (warning: StoreWarning) => void;

/** Passes warnings on as cache events. A listener that throws does not disturb the store. */
export function warningListener(onEvent: CacheEventListener | undefined): WarningListener {
  return (warning) => {
    try {
      onEvent?.({ type: "warning", ...warning });
    } catch {
      // Events only tell: what the listener makes of them must not change what the cache does.
    }
  };
}
