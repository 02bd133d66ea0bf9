import { checkAllocation } from "../../format/allocation-limit.js";
import { setBits } from "../../format/bitmaps.js";

/** The validity of an answer; costs nothing until the first null. */
export interface GatheredValidity {
  /** Rows from `from` to `to`, which follow those before; a place of -1 is a null. */
  note(places: Int32Array, from: number, to: number, nulls: number): void;
  finish(): { readonly nullCount: number; readonly nullBitmap: Uint8Array | null };
}

/** @param rows rows of the answer */
export function gatheredValidity(rows: number): GatheredValidity {
  let bitmap: Uint8Array | undefined;
  let nullCount = 0;
  return {
    note(places, from, to, nulls) {
      if (nulls > 0 && !bitmap) {
        checkAllocation(rows / 8, "the nulls of a column");
        // Arrow wants whole words of 8 bytes.
        bitmap = new Uint8Array(((rows + 63) >>> 6) << 3);
        setBits(bitmap, 0, from);
      }
      nullCount += nulls;
      if (bitmap && nulls === 0) setBits(bitmap, from, to - from);
      else if (bitmap) setBitsOfPlaces(bitmap, places, from, to);
    },
    finish: () => ({ nullCount, nullBitmap: bitmap ?? null }),
  };
}

function setBitsOfPlaces(bitmap: Uint8Array, places: Int32Array, from: number, to: number): void {
  for (let i = from; i < to; i++) if (places[i]! >= 0) bitmap[i >>> 3]! |= 1 << (i & 7);
}
