import type { Cache } from "@larder/core";
import type { LegacyReader } from "../legacy/legacy-reader.js";
import type { Guards } from "./guard-table.js";
import type { ManagerEvent } from "./manager-event.js";
import type { ManagerCounts } from "./manager-statistics.js";
import type { ReferenceResolvers } from "./resolve-reference.js";

/** What the methods of a `CacheManager` work with. */
export interface ManagerParts {
  readonly cache: Cache;
  readonly strict: boolean;
  readonly guards: Guards;
  readonly resolvers: ReferenceResolvers;
  readonly legacy: readonly LegacyReader[];
  readonly migrateOnRead: boolean;
  readonly counts: ManagerCounts;
  readonly tell: (event: ManagerEvent) => void;
}
