import { damagedParquet } from "../../format/parquet-errors.js";
import type { EntryRange } from "./entry-range.js";

/** Two leaves below one struct. */
export interface LeafPair {
  readonly left: number;
  readonly right: number;
  /** How many lists are around the struct. */
  readonly above: number;
  /** The definition level at which the struct is there. */
  readonly definition: number;
}

/** Makes sure that the leaves of a column tell of the same structs and lists. */
export interface StructureCheck {
  add(leaf: number, range: EntryRange): void;
  /** Every leaf has added the same rows. @throws LarderError `damaged-parquet` */
  compare(): void;
}

/** Compares leaves by pairs, as many as it takes for each to be held against the others. */
export function structureCheck(leaves: number, pairs: readonly LeafPair[]): StructureCheck {
  let added: EntryRange[][] = Array.from({ length: leaves }, () => []);
  return {
    add(leaf, range) {
      if (pairs.length > 0) added[leaf]!.push(range);
    },
    compare() {
      for (const { left, right, above, definition } of pairs) {
        const a = cursor(added[left]!, above, definition);
        const b = cursor(added[right]!, above, definition);
        for (;;) {
          const entry = a();
          if (entry !== b()) throw damagedParquet("the parts of a struct contradict each other");
          if (entry === -1) break;
        }
      }
      added = Array.from({ length: leaves }, () => []);
    },
  };
}

/** The levels of one leaf as far as another leaf below the same struct has them too, one after the other; then -1. */
function cursor(ranges: readonly EntryRange[], above: number, definition: number): () => number {
  let place = 0;
  let at = ranges[0]?.from ?? 0;
  return () => {
    for (; place < ranges.length; at = ranges[++place]?.from ?? 0) {
      const range = ranges[place]!;
      while (at < range.to) {
        const level = range.repetition[at]!;
        const entry = level * 256 + Math.min(range.definition[at]!, definition);
        at++;
        if (level <= above) return entry;
      }
    }
    return -1;
  };
}
