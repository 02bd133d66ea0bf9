import type { BlobRecord } from "./blob-record.js";

/** What a cache tells whoever listens. */
export type CacheEvent =
  | {
      readonly type: "hit";
      readonly key: string;
      readonly record: BlobRecord;
      /** `true`: it had expired, and was served all the same, as the caller allowed. */
      readonly stale?: boolean;
    }
  | { readonly type: "miss"; readonly key: string; readonly reason: "absent" | "expired" | "damaged" | "unreadable" }
  | { readonly type: "set"; readonly key: string; readonly record: BlobRecord }
  | { readonly type: "delete"; readonly key: string }
  /** A backend forgot a blob: for want of space, or because it had expired for good. `byteLength`: as in its record, if told. */
  | {
      readonly type: "evict";
      readonly key: string;
      readonly reason: "size" | "expired";
      readonly byteLength?: number;
    }
  /** Another thread or process computed what this one would have. */
  | { readonly type: "stampede-avoided"; readonly key: string; readonly waitedMs: number }
  /** A value is computed anew in the background: before it expires (`early`), or after (`stale`). */
  | { readonly type: "refresh"; readonly key: string; readonly reason: "early" | "stale" }
  /** A backend stored a table in the other profile, for how often it is read. Its value is the same. */
  | {
      readonly type: "table-made-hot" | "table-made-cold";
      readonly key: string;
      readonly bytesBefore: number;
      readonly bytesAfter: number;
      /** What it took, in seconds. */
      readonly seconds: number;
    }
  | CacheWarning;

/** Something went wrong that the cache survives. `message` is a whole sentence for a person. */
export interface CacheWarning {
  readonly type: "warning";
  /** Stable, in kebab-case: `damaged-blob`, `uncacheable-value`, `unknown-codec`, `backend-failed`, … */
  readonly code: string;
  readonly message: string;
  readonly key?: string;
  /** The facts of the message as data. */
  readonly facts?: Readonly<Record<string, unknown>>;
  readonly cause?: unknown;
}

/** Receives events; must not throw. */
export type CacheEventListener = (event: CacheEvent) => void;
