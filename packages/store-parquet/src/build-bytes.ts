import { LarderError } from "@larder/core";
import { type ArrowLikeType, ArrowTypeId } from "./arrow-like.js";
import { getBit } from "./bitmaps.js";
import type { BuilderTarget, ColumnBuilder } from "./column-builder.js";
import type { PlainValues } from "./decode-page.js";
import { damagedParquet } from "./parquet-errors.js";
import { validityBuilder } from "./validity-builder.js";

type Slices = Extract<PlainValues, { kind: "slices" }>;

/** Builds columns of text and of bytes: values one after the other, with their bounds. */
export function bytesBuilder({ arrow, type, rows, byteLength }: BuilderTarget): ColumnBuilder {
  const typeId = (type as ArrowLikeType).typeId;
  const large = typeId === ArrowTypeId.LargeUtf8 || typeId === ArrowTypeId.LargeBinary;
  const offsets = large ? new BigInt64Array(rows + 1) : new Int32Array(rows + 1);
  const validity = validityBuilder(rows);
  let data = new Uint8Array(Math.min(byteLength, 2 ** 31));
  let used = 0;
  let entries: Slices | undefined;

  const reserve = (more: number): void => {
    if (!large && used + more >= 2 ** 31) throw tooLong();
    if (used + more <= data.byteLength) return;
    const grown = new Uint8Array(Math.max(Math.min(data.byteLength * 2, used + more + 2 ** 28), used + more));
    grown.set(data.subarray(0, used));
    data = grown;
  };
  const add = ({ bytes, starts, ends }: Slices, i: number): void => {
    const from = starts[i]!;
    const length = ends[i]! - from;
    if (used + length > data.byteLength || used + length >= 2 ** 31) reserve(length);
    // A call costs more than copying a short string by hand.
    if (length > 32) data.set(bytes.subarray(from, from + length), used);
    else for (let j = 0; j < length; j++) data[used + j] = bytes[from + j]!;
    used += length;
  };

  return {
    beginChunk(dictionary) {
      if (dictionary && dictionary.kind !== "slices") throw wrongKind();
      entries = dictionary;
    },
    append(page, from, to, first, last) {
      const { values } = page;
      const indices = values.kind === "indices" ? values.indices : undefined;
      const source = values.kind === "indices" ? entries : values;
      if (source?.kind !== "slices") throw wrongKind();
      const at = validity.rows + 1 - from;
      const allValid = last - first === to - from;
      let next = first;
      for (let row = from; row < to; row++) {
        if (allValid || getBit(page.validity!, row)) {
          const place = indices ? indices[next]! : next;
          if (place >>> 0 >= source.count) throw damagedParquet("an index has no entry in its dictionary");
          add(source, place);
          next++;
        }
        if (large) (offsets as BigInt64Array)[at + row] = BigInt(used);
        else offsets[at + row] = used;
      }
      validity.append(page, from, to, last - first);
    },
    finish() {
      // Much more memory than needed is given back.
      const kept = used < data.byteLength * 0.75 ? data.slice(0, used) : data.subarray(0, used);
      return arrow.makeData({
        type: type as never,
        length: rows,
        data: kept,
        valueOffsets: offsets as never,
        ...validity.finish(),
      });
    },
  };
}

function wrongKind(): Error {
  return damagedParquet("a column of text or bytes holds other values");
}

function tooLong(): LarderError {
  return new LarderError(
    "A column holds 2 GiB of text or more, too much for one Arrow chunk. Read the table in slices.",
    {
      code: "column-too-large",
    },
  );
}
