import { restoreEntries } from "../journal/rebuild-index.js";
import type { OpenStore } from "../open-store.js";
import { soundEntryAt } from "./check-entries.js";

/** Brings back from the journal what it knows of entries whose rows are damaged, where their files are sound. */
export async function restoreDamaged(store: OpenStore, places: readonly Uint8Array[]): Promise<void> {
  if (places.length === 0) return;
  const wanted = new Set(places.map((place) => Buffer.from(place).toString("latin1")));
  await restoreEntries(store, {
    isWanted: (place) => wanted.has(place.toString("latin1")),
    isFree: (place) => soundEntryAt(store.environment, place, store) === undefined,
  });
}
