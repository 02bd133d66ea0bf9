import { containersOfIds } from "./containers-of-ids.js";
import { idsOfContainers } from "./ids-of-containers.js";

/**
 * A set of 64-bit ids, compressed, never changed once made. Ids are signed and ordered by value. They are kept in containers of
 * 2¹⁶ neighbouring ids, as Roaring bitmaps are (https://roaringbitmap.org): sparse ones as lists, dense ones as bits, long
 * stretches as runs. A set with fewer than four ids for each container it would have, such as keys of texts, is kept as the ids
 * themselves: `loose`. Every function of this folder returns the one form that the ids call for.
 *
 * Only this folder looks inside: everyone else uses `size` and the functions.
 */
export interface IdSet {
  /** Number of ids. */
  readonly size: number;
  /** Ascending; none empty. Made anew at each look where the set is loose. */
  readonly containers: readonly Container[];
  /** The ids, ascending, of a loose set; empty for others. Not to be written to. */
  readonly loose: BigInt64Array;
}

/** The ids of a set that share their upper 48 bits. */
export type Container = ListContainer | BitsContainer | RunsContainer;

interface Placed {
  /** `id >> 16` of its ids: from −2⁴⁷ to 2⁴⁷ − 1. */
  readonly high: number;
  readonly size: number;
}

/** At most 4096 ids, where runs would not be smaller. */
export interface ListContainer extends Placed {
  readonly kind: "list";
  /** The lower 16 bits, ascending. */
  readonly lows: Uint16Array;
}

/** More than 4096 ids, where runs would not be smaller. */
export interface BitsContainer extends Placed {
  readonly kind: "bits";
  /** 2048 words; bit `low & 31` of word `low >> 5`. */
  readonly words: Uint32Array;
}

/** Ids in few stretches: 4 bytes for each and 2 more are less than the other kinds take. */
export interface RunsContainer extends Placed {
  readonly kind: "runs";
  /** First and last of each run, both in it, ascending; between two runs at least one id is missing. */
  readonly runs: Uint16Array;
}

const noIds = new BigInt64Array(0);

/** No ids. */
export const emptyIds: IdSet = { size: 0, containers: [], loose: noIds };

/** A set of these containers, which are canonical, ascending and not empty. */
export function setOfContainers(containers: readonly Container[]): IdSet {
  if (containers.length === 0) return emptyIds;
  let size = 0;
  for (const container of containers) size += container.size;
  if (areLoose(size, containers.length)) return setOfLoose(idsOfContainers(containers, size));
  return { size, containers, loose: noIds };
}

/** A set that keeps these ids, which are ascending and each there once. */
export function setOfLoose(loose: BigInt64Array): IdSet {
  return {
    size: loose.length,
    get containers() {
      return containersOfIds(loose);
    },
    loose,
  };
}

/** Whether a set of so many ids, in so many containers, is kept as the ids themselves: containers would take far more memory. */
export function areLoose(size: number, containers: number): boolean {
  return size < 4 * containers;
}
