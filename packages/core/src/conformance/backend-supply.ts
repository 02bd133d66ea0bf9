import type { CacheBackend } from "../backend.js";
import type { MakeBackend } from "./conformance-options.js";

/** Hands out backends, and closes those that are no longer used. */
export interface BackendSupply {
  next(): Promise<CacheBackend>;
  /** Closes the last one, if the suite had it made. */
  finish(): Promise<void>;
}

/**
 * A maker that returns a new backend each time leaves them to the suite to close; one that returns the same backend each
 * time keeps it. Which of the two it is shows at the second call, so a backend is closed once the next has been made.
 */
export function backendSupply(makeBackend: MakeBackend): BackendSupply {
  let previous: CacheBackend | undefined;
  let shared = false;
  return {
    async next() {
      const backend = await makeBackend();
      if (previous !== undefined) {
        if (backend === previous) shared = true;
        else await previous.close?.();
      }
      previous = backend;
      return backend;
    },
    async finish() {
      if (!shared) await previous?.close?.();
      previous = undefined;
    },
  };
}
