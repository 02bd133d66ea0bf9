import type { ColumnBuilder } from "../column-builder.js";
import type { PageValues } from "../decode-values.js";
import { countValues } from "./decode-entries.js";
import type { EntryRange, EntrySink } from "./entry-range.js";
import type { LeafLevels } from "./leaf-levels.js";

/** Hands the slots of a leaf to the builder of its values, as the rows of a flat column. */
export function leafFeed({ maxDefinition, maxRepetition, slots }: LeafLevels, builder: ColumnBuilder): EntrySink {
  const counts = slots[maxRepetition]!;
  return {
    add({ definition, from, to }: EntryRange, values: PageValues, first: number) {
      const present = countValues(definition, from, to, maxDefinition);
      let rows = 0;
      for (let i = from; i < to; i++) rows += counts[definition[i]!]!;
      if (rows === 0) return;
      const nullCount = rows - present;
      const validity = nullCount > 0 ? validityOf(definition, from, to, rows) : undefined;
      builder.append({ rows, nullCount, values, ...(validity && { validity }) }, 0, rows, first, first + present);
    },
  };

  function validityOf(definition: Uint8Array, from: number, to: number, rows: number): Uint8Array {
    const validity = new Uint8Array((rows + 7) >>> 3);
    for (let i = from, slot = 0; i < to; i++) {
      const level = definition[i]!;
      if (level === maxDefinition) validity[slot >>> 3]! |= 1 << (slot & 7);
      slot += counts[level]!;
    }
    return validity;
  }
}
