import type { BlobRecord } from "@larder/core";

/** What a `CacheManager` tells whoever listens, beside what its cache tells. */
export type ManagerEvent =
  /** Something was not stored, not read or not migrated, and the run goes on. `message` is a whole sentence for a person. */
  | {
      readonly type: "warning";
      /** Stable, in kebab-case: that of the refusal, or `damaged-blob`, `not-a-table`, `legacy-unreadable`, `migration-failed`. */
      readonly code: string;
      readonly item: string;
      readonly message: string;
      readonly cause?: unknown;
    }
  /** A table came from a legacy reader, because the cache has none of that name. */
  | { readonly type: "legacy-hit"; readonly item: string; readonly reader: string }
  /** It was stored in the cache, and read again to be compared with the original. */
  | { readonly type: "migrated"; readonly item: string; readonly reader: string; readonly record: BlobRecord };
