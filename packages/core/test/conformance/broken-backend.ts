import type { ConformanceOptions } from "../../src/conformance/index.js";
import { type CacheBackend, MemoryCache, type MemoryCacheOptions } from "../../src/index.js";
import { type Parts, simpleBackend } from "./simple-backend.js";

/** A backend with one fault, and the test that must find it (others may, too). */
export interface BrokenBackend {
  readonly fault: string;
  readonly foundBy: string;
  /** Whether the tests of `brief: true` must find it too. */
  readonly inBrief?: boolean;
  /** Besides those that all are tested with. */
  readonly options?: ConformanceOptions;
  make(): CacheBackend;
}

export function broken(fault: string, foundBy: string, wrong: (parts: Parts) => Partial<Parts>): BrokenBackend {
  return { fault, foundBy, make: () => simpleBackend(wrong) };
}

export function brokenBriefly(fault: string, foundBy: string, wrong: (parts: Parts) => Partial<Parts>): BrokenBackend {
  return { ...broken(fault, foundBy, wrong), inBrief: true };
}

/** What of a right `MemoryCache` is done wrong instead. `right` has its own methods. */
export type Wrong = (right: MemoryCache) => Partial<MemoryCache>;

/** A `MemoryCache` with some methods replaced. */
export function brokenMemory(fault: string, foundBy: string, wrong: Wrong): BrokenBackend {
  return { fault, foundBy, make: () => replaced(new MemoryCache(), wrong) };
}

/** A `MemoryCache` that goes wrong where it is made with a limit. */
export function brokenLimit(
  fault: string,
  foundBy: string,
  limited: (options: Required<Pick<MemoryCacheOptions, "sizeLimitBytes" | "evictionPolicy">>) => CacheBackend,
): BrokenBackend {
  const withSizeLimit: ConformanceOptions["withSizeLimit"] = (sizeLimitBytes, evictionPolicy) =>
    limited({ sizeLimitBytes, evictionPolicy });
  return { fault, foundBy, options: { withSizeLimit }, make: () => new MemoryCache() };
}

/** A `MemoryCache` whose second instance, on the same storage, goes wrong. */
export function brokenPair(fault: string, foundBy: string, wrong: Wrong): BrokenBackend {
  const second: ConformanceOptions["second"] = (first) => replaced(handleOn(first as MemoryCache), wrong);
  return { fault, foundBy, options: { second }, make: () => handleOn(new MemoryCache()) };
}

/** Replaces methods of a backend by wrong ones, which are handed the right ones. */
export function replaced(backend: MemoryCache, wrong: Wrong): MemoryCache {
  return Object.assign(backend, wrong(handleOn(backend)));
}

/** One more backend on what another holds, as another process would have it. */
export function handleOn(backend: MemoryCache): MemoryCache {
  const names = Object.getOwnPropertyNames(MemoryCache.prototype).filter((name) => name !== "constructor");
  const methods = names.map((name) => {
    const method = (backend as unknown as Record<string, (...args: unknown[]) => unknown>)[name]!;
    return [name, method.bind(backend)];
  });
  const { codecs, supports } = backend;
  return { codecs, supports, ...Object.fromEntries(methods) } as MemoryCache;
}
