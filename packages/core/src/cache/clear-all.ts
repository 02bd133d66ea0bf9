import { backendFailure } from "./backend-failure.js";
import type { CacheParts } from "./cache-parts.js";
import { resetStatistics } from "./statistics.js";

/** See `Cache.clear`. */
export async function clearAll({ backend, flights, queue }: CacheParts): Promise<void> {
  flights.supersedeAll();
  await queue.settled();
  try {
    await backend.clear();
  } catch (error) {
    throw backendFailure("clear", "everything", error);
  }
  flights.supersedeAll(); // those that began meanwhile may have read what was about to go
  resetStatistics(backend);
}
