import type { LegacyItem } from "./legacy-reader.js";

/** What became of the items, as plain data. Each item is counted once. */
export interface MigrationReport {
  /** Stored by this run, read back and found equal. */
  readonly migrated: number;
  /** Stored before, and found equal: passed over. */
  readonly present: number;
  /** Readable, and not stored: only in a dry run. */
  readonly pending: number;
  readonly failed: readonly MigrationFailure[];
  /** Bytes that the migrated items take up where they were, as far as their readers know. */
  readonly bytes: number;
  /** Originals that were removed. */
  readonly removed: readonly string[];
  /** Originals that should have been removed and were kept, with the reason. */
  readonly kept: readonly { readonly file: string; readonly reason: string }[];
  /** The signal came: not every item may have had its turn, and no original was removed. */
  readonly stopped: boolean;
}

/** An item that was not migrated. Its original is as it was. */
export interface MigrationFailure {
  /** Empty when a reader could not list its items. */
  readonly item: string;
  readonly origin: string;
  /** A whole sentence for a person. */
  readonly reason: string;
}

/** Told after each item. */
export interface MigrationProgress {
  readonly item: string;
  readonly origin: string;
  readonly outcome: "migrated" | "present" | "pending" | "failed";
  /** Of a failure. */
  readonly reason?: string;
  /** Items that had their turn, this one among them. */
  readonly done: number;
  /** Items that were found. */
  readonly total: number;
}

/** An item and what became of it. */
export interface MigratedItem {
  readonly item: LegacyItem;
  readonly outcome: MigrationProgress["outcome"];
  readonly reason?: string;
}
