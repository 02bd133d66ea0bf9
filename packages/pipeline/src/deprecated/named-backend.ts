import { type CacheBackend, LarderError, MemoryCache } from "@larder/core";
import { didYouMean } from "../nearest-name.js";

/**
 * A backend by its name, as older code gives it.
 *
 * @deprecated Give a backend: `new DiskCache()` of `@larder/disk-cache`, or `new MemoryCache()` of `@larder/core`.
 */
export type NamedBackend = "diskcache" | "memory";

const names: readonly NamedBackend[] = ["diskcache", "memory"];

/** What to write in the place of each name. */
export const replacements: Readonly<Record<NamedBackend, string>> = {
  diskcache: `new DiskCache() of @larder/disk-cache`,
  memory: `new MemoryCache() of @larder/core`,
};

/**
 * The name of a backend.
 *
 * @throws LarderError `unknown-backend`
 */
export function checkedName(name: unknown): NamedBackend {
  const known = names.find((candidate) => candidate === name);
  if (known !== undefined) return known;
  const nearest = typeof name === "string" ? didYouMean(name, names) : "";
  throw new LarderError(
    `There is no backend '${String(name)}'.${nearest} Give a backend: ${replacements.diskcache}, or ${replacements.memory}.`,
    { code: "unknown-backend", facts: { backend: String(name), names } },
  );
}

/**
 * Makes the backend of a name.
 *
 * @param directory - of `diskcache`; default: `.cache/larder`
 * @throws LarderError `package-needed`
 */
export async function openNamed(name: NamedBackend, directory?: string): Promise<CacheBackend> {
  if (name === "memory") return new MemoryCache();
  const { DiskCache } = await import("@larder/disk-cache").catch((cause: unknown) => {
    if ((cause as NodeJS.ErrnoException).code !== "ERR_MODULE_NOT_FOUND") throw cause;
    throw new LarderError(
      "The backend 'diskcache' needs the package @larder/disk-cache. Install it: npm install @larder/disk-cache; then give new DiskCache().",
      { code: "package-needed", facts: { package: "@larder/disk-cache" }, cause },
    );
  });
  return new DiskCache(directory === undefined ? {} : { directory });
}
