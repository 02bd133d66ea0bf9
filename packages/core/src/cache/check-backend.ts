import type { CacheBackend } from "../backend.js";
import { LarderError } from "../errors.js";

const methods = ["getMeta", "setMeta", "getBlob", "setBlob", "clear"] as const;

/** @throws LarderError `invalid-backend` that names the methods an object lacks */
export function checkBackend(backend: CacheBackend | undefined): CacheBackend {
  const missing = methods.filter((method) => typeof backend?.[method] !== "function");
  if (backend === undefined || missing.length > 0) {
    throw new LarderError(
      `A cache needs a backend, and this one has no ${missing.join(", ")}. Pass new MemoryCache(), a DiskCache, or an object with the five methods of CacheBackend.`,
      { code: "invalid-backend", facts: { missing } },
    );
  }
  return backend;
}
