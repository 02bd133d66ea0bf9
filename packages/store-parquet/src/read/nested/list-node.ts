import { LarderError } from "@larder/core";
import { damagedParquet } from "../../format/parquet-errors.js";
import { grownBytes } from "../grown-bytes.js";
import type { EntryRange } from "./entry-range.js";
import type { LeafLevels } from "./leaf-levels.js";
import { type SlotValidity, slotValidity } from "./slot-validity.js";

/** Collects the lists at one place of a column, from the levels of the first leaf below it. */
export interface ListNode {
  add(range: EntryRange): void;
  readonly validity: SlotValidity;
  /** Slots of elements so far. */
  readonly elements: number;
  /** Where the elements of each list begin, and where the last ones end. */
  finishOffsets(): Int32Array<ArrayBuffer>;
}

/**
 * Lists of any length.
 *
 * @param above how many lists are around this one
 * @param definition the definition level at which the list is there
 */
export function listNode({ slots, elementDefinition }: LeafLevels, above: number, definition: number): ListNode {
  const validity = slotValidity();
  const counts = slots[above]!;
  const elementCounts = slots[above + 1]!;
  const live = elementDefinition[above]!;
  let offsets = new Int32Array(16);
  let elements = 0;
  const begin = (): void => {
    if (validity.length + 1 >= offsets.length) offsets = grown(offsets, validity.length + 2);
    offsets[validity.length] = elements;
  };
  return {
    validity,
    get elements() {
      return elements;
    },
    add({ repetition, definition: levels, from, to }) {
      for (let i = from; i < to; i++) {
        const level = levels[i]!;
        if (repetition[i]! <= above) {
          if (level >= live) {
            begin();
            validity.add(level >= definition);
          } else {
            for (let slot = counts[level]!; slot > 0; slot--) {
              begin();
              validity.addNulls(1);
            }
          }
        }
        if (repetition[i]! <= above + 1) elements += elementCounts[level]!;
      }
      if (elements >= 2 ** 31) throw tooMany();
    },
    finishOffsets() {
      offsets = grown(offsets, validity.length + 1);
      offsets[validity.length] = elements;
      return offsets.subarray(0, validity.length + 1);
    },
  };
}

/**
 * Lists of one length. Those that are null have slots for elements, which are null.
 *
 * @throws LarderError `damaged-parquet` from `add` and `finishOffsets`, when a list has another length
 */
export function fixedListNode(
  { slots, elementDefinition }: LeafLevels,
  above: number,
  definition: number,
  size: number,
): ListNode {
  const validity = slotValidity();
  const counts = slots[above]!;
  const elementCounts = slots[above + 1]!;
  const live = elementDefinition[above]!;
  const hasElement = elementDefinition[above + 1]!;
  let elements = 0;
  /** Elements that there must be when the list that was begun last is over; -1 when it may not be. */
  let due = 0;
  const check = (): void => {
    if (elements !== due) throw damagedParquet(`a list of the fixed size ${size} has another size`);
  };
  return {
    validity,
    get elements() {
      return elements;
    },
    add({ repetition, definition: levels, from, to }) {
      for (let i = from; i < to; i++) {
        const level = levels[i]!;
        if (repetition[i]! <= above) {
          check();
          if (level >= live) {
            validity.add(level >= definition);
            due += size;
            // A list that is there and empty has no entry that counts.
            if (size > 0 && level >= definition && level < hasElement) due = -1;
          } else {
            validity.addNulls(counts[level]!);
            due += counts[level]! * size;
          }
        }
        if (repetition[i]! <= above + 1) elements += elementCounts[level]!;
      }
      if (elements >= 2 ** 31) throw tooMany();
    },
    finishOffsets() {
      check();
      return new Int32Array(0);
    },
  };
}

function grown(offsets: Int32Array<ArrayBuffer>, count: number): Int32Array<ArrayBuffer> {
  return new Int32Array(grownBytes(new Uint8Array(offsets.buffer), count * 4).buffer);
}

function tooMany(): LarderError {
  return new LarderError(
    "A column holds 2^31 elements of lists or more, too many for one Arrow chunk. Read the table in slices.",
    { code: "column-too-large" },
  );
}
