import { LarderError, nearestName } from "@larder/core";
import type { ContentId } from "../cached/folio-store.js";
import { CacheError, ChecksumMismatchError } from "../folio-errors.js";
import type { Manifest } from "../manifest/manifest.js";
import { RemoteError } from "../remote/remote-error.js";

/** More names than these are not compared. */
const mostNames = 10_000;

export function unknownItem(url: string, name: string, manifest: Manifest | undefined): LarderError {
  const names = manifest === undefined ? [] : [...manifest.items.keys()].slice(0, mostNames);
  const nearest = nearestName(name, names);
  const hint =
    nearest !== undefined
      ? `Did you mean '${nearest}'?`
      : names.length === 0
        ? "The bundle has no items."
        : "list() names all.";
  return new LarderError(`There is no item '${name}' in ${url}. ${hint}`, {
    code: "unknown-item",
    facts: { url, item: name, nearest },
  });
}

export function notCachedOffline(url: string, name: string): CacheError {
  return new CacheError(
    `The item '${name}' of ${url} is not in the cache, and no request may be made. Read or warm it once while online.`,
    { code: "not-cached-offline", facts: { url, item: name } },
  );
}

export function tooStale(url: string, name: string, ageSeconds: number, limit: number, cause: unknown): CacheError {
  return new CacheError(
    `The remote of '${name}' of ${url} can't be reached, and the local copy was last confirmed ${ageSeconds} s ago, longer than maxStaleAgeSeconds (${limit}). Say useStale to take it all the same.`,
    // Only ours: their texts hold no secrets.
    {
      code: "too-stale",
      facts: { url, item: name, ageSeconds, limit },
      ...(LarderError.isInstance(cause) && { cause }),
    },
  );
}

export function damagedCopy(url: string, name: string, content: ContentId): CacheError {
  return new CacheError(
    `The local copy of '${name}' of ${url} was damaged on disk, and has been dropped. The next read fetches it again.`,
    { code: "damaged-copy", facts: { url, item: name, content } },
  );
}

export function mismatch(url: string, name: string, facts: Readonly<Record<string, unknown>>): ChecksumMismatchError {
  const { expected, actual } = facts;
  return new ChecksumMismatchError(
    `The bytes of '${name}' of ${url} are not what the manifest says: ${String(actual)} instead of ${String(expected)}. They were thrown away. Add the item again if this stays so.`,
    { url, item: name, ...facts },
  );
}

export function changedTooOften(url: string, name: string): RemoteError {
  return new RemoteError(
    `The item '${name}' of ${url} changed or vanished again and again while it was read. Try again when its writer is done.`,
    { code: "remote-failed", facts: { url, path: name } },
  );
}

export function noManifestOffline(url: string): CacheError {
  return new CacheError(
    `Nothing is known of ${url} here, and no request may be made. Open it once while online, or import its cache.`,
    { code: "not-cached-offline", facts: { url } },
  );
}

export function manifestGone(url: string): LarderError {
  return new LarderError(
    `The manifest of ${url} is not there, and nothing is removed from the cache for that: it may come back. Where the bundle is gone for good, clearCache() forgets what is cached of it.`,
    { code: "manifest-missing", facts: { url } },
  );
}
