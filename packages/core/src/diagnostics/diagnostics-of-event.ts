import type { CacheEvent } from "../events.js";
import type { DiagnosticsEvent } from "./diagnostics-event.js";
import { redactedText } from "./redacted-text.js";

/** The event as watchers get it, in the shape of its schema. */
export function diagnosticsOf(
  event: CacheEvent,
  place: { readonly at: number; readonly cache: string; readonly kind: string },
): DiagnosticsEvent {
  const { at, cache, kind } = place;
  switch (event.type) {
    case "hit": {
      const { byteLength, createdAt } = event.record;
      const { key, stale = false } = event;
      return { schema: "larder.cache.hit.v1", at, cache, kind, key, byteLength, ageMs: at - createdAt, stale };
    }
    case "miss":
      return { schema: "larder.cache.miss.v1", at, cache, kind, key: event.key, reason: event.reason };
    case "set": {
      const { byteLength, createdAt, expiresAt, costSeconds = null } = event.record;
      const lifetimeMs = expiresAt === undefined ? null : expiresAt - createdAt;
      return { schema: "larder.cache.set.v1", at, cache, kind, key: event.key, byteLength, lifetimeMs, costSeconds };
    }
    case "delete":
      return { schema: "larder.cache.delete.v1", at, cache, kind, key: event.key };
    case "evict":
      return { schema: "larder.cache.evict.v1", at, cache, kind, key: event.key, reason: event.reason };
    case "stampede-avoided":
      return { schema: "larder.cache.stampede.v1", at, cache, kind, key: event.key, waitedMs: event.waitedMs };
    case "refresh":
      return { schema: "larder.cache.refresh.v1", at, cache, kind, key: event.key, reason: event.reason };
    case "table-made-hot":
    case "table-made-cold": {
      const { key, bytesBefore, bytesAfter, seconds } = event;
      const profile = event.type === "table-made-hot" ? "hot" : "cold";
      return {
        schema: "larder.cache.table-profile.v1",
        at,
        cache,
        kind,
        key,
        profile,
        bytesBefore,
        bytesAfter,
        seconds,
      };
    }
    case "warning": {
      const { code, key = null } = event;
      return { schema: "larder.cache.warning.v1", at, cache, kind, code, message: redactedText(event.message), key };
    }
  }
}
