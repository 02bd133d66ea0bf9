import type { EntryRange } from "./entry-range.js";
import type { LeafLevels } from "./leaf-levels.js";
import { type SlotValidity, slotValidity } from "./slot-validity.js";

/** Collects which structs at one place of a column are there, from the levels of the first leaf below it. */
export interface StructNode {
  add(range: EntryRange): void;
  readonly validity: SlotValidity;
}

/**
 * @param above how many lists are around the struct
 * @param definition the definition level at which it is there
 */
export function structNode({ slots, elementDefinition }: LeafLevels, above: number, definition: number): StructNode {
  const validity = slotValidity();
  const counts = slots[above]!;
  const live = elementDefinition[above]!;
  return {
    validity,
    add({ repetition, definition: levels, from, to }) {
      for (let i = from; i < to; i++) {
        if (repetition[i]! > above) continue;
        const level = levels[i]!;
        if (level >= live) validity.add(level >= definition);
        else if (counts[level]! > 0) validity.addNulls(counts[level]!);
      }
    },
  };
}
