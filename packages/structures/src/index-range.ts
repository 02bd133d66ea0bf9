import type { KeyRange } from "@larder/core";
import { encodeIndexKey, encodeStringPrefix, type IndexKey } from "./index-key.js";

/** Which keys of an index, and in which order. Bounds given together all hold. */
export interface IndexRange {
  /** Strings that begin with it. */
  readonly prefix?: string;
  /** This key and those after it. */
  readonly from?: IndexKey;
  /** Keys before this one. */
  readonly before?: IndexKey;
  /** Descending instead of ascending. */
  readonly reverse?: boolean;
  /** At most so many, 0 or more. */
  readonly limit?: number;
}

/** A range of an index as one of the backend. */
export function keyRange(base: string, { prefix, from, before, ...rest }: IndexRange = {}): KeyRange {
  return {
    ...rest,
    prefix: prefix === undefined ? base : base + encodeStringPrefix(prefix),
    ...(from !== undefined && { from: base + encodeIndexKey(from) }),
    ...(before !== undefined && { before: base + encodeIndexKey(before) }),
  };
}
