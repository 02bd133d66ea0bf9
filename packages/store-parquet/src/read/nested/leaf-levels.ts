/** A list around a leaf. */
export interface ListAbove {
  /** The definition level at which the list has an element. */
  readonly elementDefinition: number;
  /** How many elements every list has, where that is fixed. */
  readonly fixedSize: number | undefined;
}

/**
 * What the levels of a leaf mean. Below each list around it, and at the top, values stand in slots: one for each element
 * (or row), present or null. Where a list of fixed size is null, Arrow wants slots for its elements all the same.
 */
export interface LeafLevels {
  readonly maxDefinition: number;
  readonly maxRepetition: number;
  /**
   * The definition level that an entry has at least, and the one before it too, when its repetition level is the index.
   */
  readonly elementDefinition: Uint8Array;
  /**
   * `slots[k][d]`: how many slots below the k-th list (0: at the top) come from an entry of definition level d whose
   * repetition level is k at most.
   */
  readonly slots: readonly Float64Array[];
}

/** The levels of a leaf below some lists, the outermost first. */
export function leafLevels(lists: readonly ListAbove[], maxDefinition: number): LeafLevels {
  const elementDefinition = Uint8Array.of(0, ...lists.map((list) => list.elementDefinition));
  const slots = Array.from(elementDefinition, (_, k) =>
    Float64Array.from({ length: maxDefinition + 1 }, (__, definition) => {
      let count = 1;
      for (let i = k; i > 0 && definition < elementDefinition[i]!; i--) count *= lists[i - 1]!.fixedSize ?? 0;
      return count;
    }),
  );
  return { maxDefinition, maxRepetition: lists.length, elementDefinition, slots };
}
