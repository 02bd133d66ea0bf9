import type { CacheBackend } from "@larder/core";
import type { CacheConfig } from "../cache-config.js";
import { backendOfStores } from "./create-stores.js";
import { checkedName, openNamed, replacements } from "./named-backend.js";
import { warnOnce } from "./warn-once.js";

/** A backend that is given in an older form, and has to be opened first. */
export interface OlderBackend {
  open(): Promise<CacheBackend>;
  /** Whether nobody else has it, so that the runner closes it. */
  readonly own: boolean;
}

/**
 * The backend of a configuration that gives it in an older form; `undefined` when it does not. Warns once per process.
 *
 * @throws LarderError `unknown-backend`
 */
export function olderBackend({ backend, metaStore, blobStore }: CacheConfig): OlderBackend | undefined {
  if (typeof backend === "string") {
    const name = checkedName(backend);
    warnOnce(
      "LARDER_DEP0001",
      `A backend given by its name, '${name}', is deprecated. Give the backend itself: ${replacements[name]}.`,
    );
    return { open: () => openNamed(name), own: true };
  }
  if (backend !== undefined || (metaStore === undefined && blobStore === undefined)) return undefined;
  const stores = { ...(metaStore && { metaStore }), ...(blobStore && { blobStore }) };
  return { open: () => backendOfStores(stores), own: false };
}
