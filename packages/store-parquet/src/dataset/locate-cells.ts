import type { PlacedEpoch } from "./coverage/ordered-epochs.js";
import { intersectIds, subtractIds, uniteIds } from "./ids/combine-id-sets.js";
import { emptyIds, type IdSet } from "./ids/id-set.js";
import type { PartRecord } from "./part-record.js";

/** Where the newest cells of some columns stand, which stand in the same parts. */
export interface LocatedCells {
  readonly columns: readonly string[];
  /** Keys by the part that holds their cells; each key in one of them. */
  readonly places: ReadonlyMap<PartRecord, IdSet>;
  /** Keys with a cell that was never fetched, or is invalid, or whose id is absent. */
  readonly uncovered: IdSet;
}

interface Search {
  readonly columns: readonly string[];
  readonly remaining: IdSet;
  readonly places: ReadonlyMap<PartRecord, IdSet>;
  readonly uncovered: IdSet;
}

/**
 * Finds the part that holds the newest cell of each key and column; without columns, the newest row of each key.
 *
 * @param epochs in the order in which they count
 */
export function locateCells(epochs: readonly PlacedEpoch[], wanted: IdSet, columns: readonly string[]): LocatedCells[] {
  let searches: Search[] = [{ columns, remaining: wanted, places: new Map(), uncovered: emptyIds }];
  for (let i = epochs.length - 1; i >= 0 && searches.some(({ remaining }) => remaining.size > 0); i--) {
    const placed = epochs[i]!;
    searches = searches.flatMap((search) => searchedIn(search, placed));
  }
  return searches.map(({ columns: found, places, uncovered, remaining }) => ({
    ...{ columns: found, places, uncovered: uniteIds(uncovered, remaining) },
  }));
}

function searchedIn(search: Search, { epoch, part }: PlacedEpoch): Search[] {
  const { columns, remaining, places, uncovered } = search;
  if (remaining.size === 0) return [search];
  const hit = epoch.keys === undefined ? remaining : intersectIds(remaining, epoch.keys);
  if (hit.size === 0) return [search];
  const left = subtractIds(remaining, hit);
  if (epoch.kind !== "rows") return [{ columns, remaining: left, places, uncovered: uniteIds(uncovered, hit) }];
  const found = columns.filter((column) => epoch.columns.includes(column));
  if (found.length === 0 && columns.length > 0) return [search];
  const also = places.get(part);
  const reached = new Map(places).set(part, also ? uniteIds(also, hit) : hit);
  const here: Search = { columns: found, remaining: left, places: reached, uncovered };
  const elsewhere = columns.filter((column) => !epoch.columns.includes(column));
  return elsewhere.length === 0 ? [here] : [here, { ...search, columns: elsewhere }];
}
