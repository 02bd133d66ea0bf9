import type { Invalidation } from "./folio.js";

/** What a folio tells whoever listens. No event holds a credential. Must not throw. */
export type FolioEventListener = (event: FolioEvent) => void;

export type FolioEvent =
  | {
      readonly type: "hit";
      readonly url: string;
      readonly item: string;
      readonly stale: boolean;
      readonly from: "local" | "shared";
    }
  | { readonly type: "miss"; readonly url: string; readonly item: string; readonly reason: MissReason }
  | { readonly type: "check"; readonly url: string; readonly outcome: "unchanged" | "changed" | "failed" }
  | {
      readonly type: "download";
      readonly url: string;
      readonly item: string;
      readonly bytes: number;
      readonly seconds: number;
    }
  | ({ readonly type: "invalidated" } & Invalidation)
  | { readonly type: "evict"; readonly items: number; readonly bytes: number }
  | {
      readonly type: "warning";
      /** Stable: `item-changed`, `stale-copy`, `checksum-mismatch`, `damaged-copy`, `not-cached`, `metadata-rebuilt`, `large-item`, `bundle-size`, `stale-manifest`, `manifest-missing`, `shared-directory`, `no-conditional-writes`, … */
      readonly code: string;
      readonly message: string;
      readonly item?: string;
      readonly facts?: Readonly<Record<string, unknown>>;
      readonly cause?: unknown;
    };

export type MissReason = "absent" | "changed" | "damaged" | "disabled" | "forced" | "too-large";
