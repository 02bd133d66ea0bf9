import type { CacheStatistics } from "../cache/cache-statistics.js";

/**
 * What a cache tells those who watch an application. Plain JSON. The shape of an event is fixed by its `schema`: fields may
 * be added, but none changes its meaning or goes; that takes a new version, such as `larder.cache.hit.v2`.
 *
 * Values never appear. Keys do, as they are: keep secrets out of them, as `cacheKey` does, which digests its parts.
 */
export type DiagnosticsEvent =
  | HitEvent
  | MissEvent
  | SetEvent
  | DeleteEvent
  | EvictEvent
  | StampedeEvent
  | RefreshEvent
  | TableProfileEvent
  | WarningEvent
  | StatsEvent
  | VolumeEvent;

/** What every event says. */
export interface EventHead<Schema extends string> {
  readonly schema: Schema;
  /** Absolute time in milliseconds since 1970. */
  readonly at: number;
  /** Name of the cache, such as its directory. */
  readonly cache: string;
  /** What kind of things it keeps, such as `plan`; `""` where that was not said. */
  readonly kind: string;
}

/** A value was found and handed out. */
export interface HitEvent extends EventHead<"larder.cache.hit.v1"> {
  readonly key: string;
  /** Length of the value's bytes. */
  readonly byteLength: number;
  /** Milliseconds since it was stored; negative when a clock has jumped. */
  readonly ageMs: number;
  /** It had expired, and was served as the caller allowed. */
  readonly stale: boolean;
}

/** No value could be handed out. */
export interface MissEvent extends EventHead<"larder.cache.miss.v1"> {
  readonly key: string;
  readonly reason: "absent" | "expired" | "damaged" | "unreadable";
}

/** A value was stored. */
export interface SetEvent extends EventHead<"larder.cache.set.v1"> {
  readonly key: string;
  /** Length of the value's bytes. */
  readonly byteLength: number;
  /** Milliseconds from storing to expiry; `null`: it does not expire. */
  readonly lifetimeMs: number | null;
  /** What it took to make the value, in seconds; `null`: not known. */
  readonly costSeconds: number | null;
}

/** A value was deleted by a caller. */
export interface DeleteEvent extends EventHead<"larder.cache.delete.v1"> {
  readonly key: string;
}

/** A value was forgotten by the cache itself. */
export interface EvictEvent extends EventHead<"larder.cache.evict.v1"> {
  readonly key: string;
  /** `size`: for want of space; `expired`: it had expired for good. */
  readonly reason: "size" | "expired";
}

/** Another thread or process computed what this one would have. */
export interface StampedeEvent extends EventHead<"larder.cache.stampede.v1"> {
  readonly key: string;
  /** Milliseconds spent waiting for it. */
  readonly waitedMs: number;
}

/** A value is computed anew in the background. */
export interface RefreshEvent extends EventHead<"larder.cache.refresh.v1"> {
  readonly key: string;
  /** `early`: before it expires; `stale`: after. */
  readonly reason: "early" | "stale";
}

/** A table was stored in the other profile, for how often it is read; its value is the same. */
export interface TableProfileEvent extends EventHead<"larder.cache.table-profile.v1"> {
  readonly key: string;
  /** The one it has now. `hot`: quick to read; `cold`: smaller. */
  readonly profile: "hot" | "cold";
  /** Length of its bytes before and after. */
  readonly bytesBefore: number;
  readonly bytesAfter: number;
  /** What it took, in seconds. */
  readonly seconds: number;
}

/** Something went wrong that the cache survived. */
export interface WarningEvent extends EventHead<"larder.cache.warning.v1"> {
  /** Stable, in kebab-case, such as `damaged-blob`. */
  readonly code: string;
  /** A whole sentence for a person; passwords and signatures in URLs are blotted out. */
  readonly message: string;
  /** `null`: it concerns no single entry. */
  readonly key: string | null;
}

/** How a cache was used so far. */
export interface StatsEvent extends EventHead<"larder.cache.stats.v1"> {
  /** Over all threads and processes; all 0 where the backend can't count for several. */
  readonly total: CacheStatistics;
  /** By this thread, since it opened the cache. */
  readonly own: CacheStatistics;
  /** Whose counts `own` are: different for each opening of a cache, in every thread and process. */
  readonly source: string;
}

/** What a cache holds. */
export interface VolumeEvent extends EventHead<"larder.cache.volume.v1"> {
  readonly entries: number;
  /** What the entries take up, as accounted, in bytes. */
  readonly sizeBytes: number;
  /** Reserved by writes under way, in bytes. */
  readonly reservedBytes: number;
  /** `null`: no limit. */
  readonly limitBytes: number | null;
}
