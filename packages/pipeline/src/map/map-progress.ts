import type { Clock } from "@larder/core";

/** How far a map has come. */
export interface MapProgress {
  readonly node: string;
  readonly output: string;
  /** Items that are found, made or have failed. */
  readonly done: number;
  readonly total: number;
  /** Items of `done` that were found. */
  readonly hits: number;
  readonly failed: number;
}

/** How many items of a map became what. Equal items count each for itself. */
export interface ItemCounts {
  readonly total: number;
  /** Found, and not computed. */
  readonly hits: number;
  /** Computed. */
  readonly misses: number;
  readonly failed: number;
}

/** Milliseconds between two words about one map. */
const pauseMs = 100;

/** Counts items, and tells of it now and then. */
export interface ItemCounter {
  add(what: "hits" | "misses" | "failed", count: number): void;
  counts(): ItemCounts;
  /** Tells of the end. */
  end(): void;
}

export function countItems(options: {
  readonly node: string;
  readonly output: string;
  readonly total: number;
  readonly clock: Clock;
  readonly onProgress: ((progress: MapProgress) => void) | undefined;
}): ItemCounter {
  const { node, output, total, clock, onProgress } = options;
  const counts = { hits: 0, misses: 0, failed: 0 };
  let told = clock.monotonic();
  const tell = () => {
    const { hits, misses, failed } = counts;
    onProgress?.({ node, output, done: hits + misses + failed, total, hits, failed });
  };
  return {
    add(what, count) {
      counts[what] += count;
      if (onProgress === undefined) return;
      const now = clock.monotonic();
      if (now - told < pauseMs) return;
      told = now;
      tell();
    },
    counts: () => ({ total, ...counts }),
    end: tell,
  };
}
