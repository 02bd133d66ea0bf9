import type { PageValues } from "../decode-values.js";

/** Some entries of a page, of whole rows or parts of them. */
export interface EntryRange {
  /** One for each entry of the page; zeros where nothing repeats. */
  readonly repetition: Uint8Array;
  /** One for each entry of the page; zeros where nothing is optional. */
  readonly definition: Uint8Array;
  readonly from: number;
  readonly to: number;
}

/** Takes the wanted entries of a chunk. */
export interface EntrySink {
  /**
   * @param first values of the page before those of the range
   * @param values those of the page, nulls left out
   */
  add(range: EntryRange, values: PageValues, first: number): void;
}
