import type { BrokenBackend } from "./broken-backend.js";
import { brokenHandling } from "./broken-handling.js";
import { brokenStorage } from "./broken-storage.js";

/** Every fault the suite is known to find. */
export const brokenBackends: readonly BrokenBackend[] = [...brokenStorage, ...brokenHandling];
