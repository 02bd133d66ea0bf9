import { copyBits, getBit } from "../format/bitmaps.js";
import { damagedParquet } from "../format/parquet-errors.js";
import type { BuilderTarget, ColumnBuilder } from "./column-builder.js";
import { grownBytes } from "./grown-bytes.js";
import { validityBuilder } from "./validity-builder.js";

/** Builds boolean columns. */
export function bitsBuilder({ arrow, rows }: BuilderTarget): ColumnBuilder {
  let bits = new Uint8Array(((rows + 63) >>> 6) << 3);
  const validity = validityBuilder(rows);
  return {
    beginChunk() {},
    append(page, from, to, first, last) {
      const { values } = page;
      if (values.kind !== "bits") throw damagedParquet("a boolean column holds other values");
      const at = validity.rows;
      bits = grownBytes(bits, (at + to - from + 7) >>> 3);
      if (last - first === to - from) copyBits(values.bits, first, bits, at, to - from);
      else {
        let next = first;
        for (let row = from; row < to; row++) {
          if (!getBit(page.validity!, row)) continue;
          const target = at + row - from;
          if (getBit(values.bits, next++)) bits[target >>> 3]! |= 1 << (target & 7);
        }
      }
      validity.append(page, from, to, last - first);
    },
    finish: () => arrow.makeData({ type: new arrow.Bool(), length: validity.rows, data: bits, ...validity.finish() }),
  };
}
