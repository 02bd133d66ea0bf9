import type { DatasetIds } from "@larder/core";

/** The ids at the places for which `wanted` holds, in their order. Asks for each place once, from the first on. */
export function chosenIds(ids: DatasetIds, wanted: (place: number) => boolean): DatasetIds {
  if (!(ids instanceof BigInt64Array)) return ids.filter((_, place) => wanted(place));
  return ids.filter((_, place) => wanted(place));
}
