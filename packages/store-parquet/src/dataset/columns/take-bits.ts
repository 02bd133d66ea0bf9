import type { Data } from "apache-arrow";
import { copyBits, countBits } from "../../format/bitmaps.js";
import { type Bits, validityMemory } from "./column-memory.js";
import type { Picks } from "./picks.js";

/** Which rows of a column are null, as Arrow has it. */
export interface Validity {
  readonly nullCount: number;
  /** Bit 0 is the first row; absent when there is no null. */
  readonly nullBitmap?: Uint8Array;
}

/** Which of the rows taken are null. */
export function takeValidity(sources: readonly Data[], picks: Picks, gaps: boolean): Validity {
  const bits = sources.map(validityMemory);
  if (!gaps && bits.every((own) => own === undefined)) return { nullCount: 0 };
  const nullBitmap = takeBits(bits, picks);
  const nullCount = picks.length - countBits(nullBitmap, 0, picks.length);
  return nullCount === 0 ? { nullCount } : { nullCount, nullBitmap };
}

/** Which rows of a column are null, in memory of its own. */
export function copiedValidity(data: Data): Validity {
  const own = validityMemory(data);
  if (!own) return { nullCount: 0 };
  const nullBitmap = new Uint8Array((data.length + 7) >>> 3);
  copyBits(own.bytes, own.offset, nullBitmap, 0, data.length);
  return { nullCount: data.length - countBits(nullBitmap, 0, data.length), nullBitmap };
}

/** A bit for each row taken, 0 where it is taken from nowhere. A source that is `undefined` has ones only. */
export function takeBits(sources: readonly (Bits | undefined)[], { length, source, row }: Picks): Uint8Array {
  const taken = new Uint8Array((length + 7) >>> 3);
  if (!source) takeFromOne(sources[0], length, row, taken);
  else {
    for (let i = 0; i < length; i++) {
      const from = row[i]!;
      if (from < 0) continue;
      const own = sources[source[i]!];
      const bit = own === undefined ? 1 : (own.bytes[(own.offset + from) >>> 3]! >>> ((own.offset + from) & 7)) & 1;
      taken[i >>> 3]! |= bit << (i & 7);
    }
  }
  return taken;
}

function takeFromOne(source: Bits | undefined, length: number, row: Int32Array, taken: Uint8Array): void {
  if (!source) {
    for (let i = 0; i < length; i++) taken[i >>> 3]! |= (row[i]! >= 0 ? 1 : 0) << (i & 7);
    return;
  }
  const { bytes, offset } = source;
  for (let i = 0; i < length; i++) {
    const from = row[i]!;
    if (from < 0) continue;
    const bit = offset + from;
    taken[i >>> 3]! |= ((bytes[bit >>> 3]! >>> (bit & 7)) & 1) << (i & 7);
  }
}
