import type { CacheEventListener } from "../events.js";

/**
 * A listener whose exceptions don't reach the cache: a failing listener must not turn a hit into an error. They are
 * shown as process warnings instead.
 */
export function guardedListener(listener: CacheEventListener | undefined): CacheEventListener | undefined {
  if (listener === undefined) return undefined;
  return (event) => {
    try {
      listener(event);
    } catch (error) {
      process.emitWarning(
        `The listener of a cache threw at an event '${event.type}': ${String(error)}`,
        "LarderWarning",
      );
    }
  };
}
