import type { CacheBackend, MemoryCache } from "../../src/index.js";

/** A `MemoryCache` some of whose members are others. */
export function backendWith(backend: MemoryCache, members: Partial<MemoryCache>): MemoryCache {
  return new Proxy(backend, {
    get(target, name) {
      if (name in members) return members[name as keyof MemoryCache];
      const member: unknown = Reflect.get(target, name, target);
      return typeof member === "function" ? member.bind(target) : member;
    },
  });
}

/** The same without one of its capabilities. */
export function without(backend: MemoryCache, ...capabilities: (keyof NonNullable<CacheBackend["supports"]>)[]) {
  const supports = { ...backend.supports };
  for (const capability of capabilities) supports[capability] = false;
  return backendWith(backend, { supports });
}
