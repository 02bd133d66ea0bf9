import { getHeapStatistics } from "node:v8";
import type { Clock } from "@larder/core";

/** The most memory that the process has had since a moment, as far as it was looked at. */
export interface MemoryPeak {
  /** Looks, unless it has just looked. */
  look(): void;
  /** Looks, and gives the peak: bytes of the heap and of buffers beside it. */
  bytes(): number;
}

const leastPauseMs = 10;

/** Begins to watch the memory of the process. */
export function memoryPeak(clock: Clock): MemoryPeak {
  let most = 0;
  let lookedAt = Number.NEGATIVE_INFINITY;
  const measure = () => {
    lookedAt = clock.monotonic();
    // Unlike process.memoryUsage it does not ask the operating system, which takes milliseconds.
    const { used_heap_size, external_memory } = getHeapStatistics();
    most = Math.max(most, used_heap_size + external_memory);
  };
  return {
    look: () => {
      if (clock.monotonic() - lookedAt >= leastPauseMs) measure();
    },
    bytes() {
      measure();
      return most;
    },
  };
}
