import { setBits } from "../../format/bitmaps.js";
import { grownBytes } from "../grown-bytes.js";

/** Collects which slots of a list or struct are there; costs nothing until the first null. */
export interface SlotValidity {
  /** Slots so far. */
  readonly length: number;
  add(valid: boolean): void;
  addNulls(count: number): void;
  finish(): { readonly length: number; readonly nullCount: number; readonly nullBitmap: Uint8Array | null };
}

/** Collects validity bit by bit. */
export function slotValidity(): SlotValidity {
  let bitmap: Uint8Array<ArrayBuffer> | undefined;
  let length = 0;
  let nullCount = 0;
  const room = (slots: number): Uint8Array<ArrayBuffer> => {
    const before = bitmap;
    bitmap = grownBytes(bitmap ?? new Uint8Array(0), (slots + 7) >>> 3);
    if (!before) setBits(bitmap, 0, length);
    return bitmap;
  };
  return {
    get length() {
      return length;
    },
    add(valid) {
      if (valid) {
        if (bitmap) room(length + 1)[length >>> 3]! |= 1 << (length & 7);
      } else {
        room(length + 1);
        nullCount++;
      }
      length++;
    },
    addNulls(count) {
      room(length + count);
      nullCount += count;
      length += count;
    },
    finish: () => ({ length, nullCount, nullBitmap: nullCount > 0 ? bitmap! : null }),
  };
}
