import type { BlobRecord } from "./blob-record.js";

/** What a cache tells whoever listens. */
export type CacheEvent =
  | { readonly type: "hit"; readonly key: string; readonly record: BlobRecord }
  | { readonly type: "miss"; readonly key: string; readonly reason: "absent" | "expired" | "damaged" | "unreadable" }
  | { readonly type: "set"; readonly key: string; readonly record: BlobRecord }
  | { readonly type: "delete"; readonly key: string }
  | CacheWarning;

/** Something went wrong that the cache survives. `message` is a whole sentence for a person. */
export interface CacheWarning {
  readonly type: "warning";
  /** Stable, in kebab-case: `damaged-blob`, `uncacheable-value`, `unknown-codec`, `backend-failed`, … */
  readonly code: string;
  readonly message: string;
  readonly key?: string;
  readonly cause?: unknown;
}

/** Receives events; must not throw. */
export type CacheEventListener = (event: CacheEvent) => void;
