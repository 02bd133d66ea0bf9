import { copyBits, setBits } from "../format/bitmaps.js";
import type { DecodedPage } from "./decode-page.js";
import { grownBytes } from "./grown-bytes.js";

/** Collects the validity of a column; costs nothing until the first null. */
export interface ValidityBuilder {
  append(page: Pick<DecodedPage, "validity">, from: number, to: number, values: number): void;
  /** Rows so far. */
  readonly rows: number;
  finish(): { readonly nullCount: number; readonly nullBitmap: Uint8Array | null };
}

/** A builder for about `capacity` rows. */
export function validityBuilder(capacity: number): ValidityBuilder {
  let bitmap: Uint8Array<ArrayBuffer> | undefined;
  let nullCount = 0;
  let rows = 0;
  return {
    get rows() {
      return rows;
    },
    append(page, from, to, values) {
      const added = to - from;
      if (values < added && !bitmap) {
        // Arrow wants whole words of 8 bytes.
        bitmap = new Uint8Array(((Math.max(capacity, rows + added) + 63) >>> 6) << 3);
        setBits(bitmap, 0, rows);
      }
      if (bitmap) {
        bitmap = grownBytes(bitmap, (rows + added + 7) >>> 3);
        if (values < added && page.validity) copyBits(page.validity, from, bitmap, rows, added);
        else setBits(bitmap, rows, added);
      }
      nullCount += added - values;
      rows += added;
    },
    finish: () => ({ nullCount, nullBitmap: bitmap ?? null }),
  };
}
