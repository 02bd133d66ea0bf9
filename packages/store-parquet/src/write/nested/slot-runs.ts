import { LarderError } from "@larder/core";
import { type ArrowLikeData, ArrowTypeId } from "../../arrow/arrow-like.js";
import { widthOf } from "../../arrow/type-size.js";
import { countBits } from "../../format/bitmaps.js";
import { hasNulls } from "../gather-column.js";

/** Slots that lie side by side in memory: rows `from` to `to` of a chunk. */
export interface SlotRun {
  readonly data: ArrowLikeData;
  readonly from: number;
  readonly to: number;
}

/** Collects runs; those that follow one another become one. */
export function slotRuns(): { readonly runs: SlotRun[]; add(data: ArrowLikeData, from: number, to: number): void } {
  const runs: { data: ArrowLikeData; from: number; to: number }[] = [];
  return {
    runs,
    add(data, from, to) {
      if (from >= to) return;
      const last = runs.at(-1);
      if (last?.data === data && last.to === from) last.to = to;
      else runs.push({ data, from, to });
    },
  };
}

/** How many slots there are. */
export function countSlots(runs: readonly SlotRun[]): number {
  return runs.reduce((sum, { from, to }) => sum + to - from, 0);
}

/** A run of a leaf as a chunk of its own, in the same memory. */
export function chunkOf({ data, from, to }: SlotRun): ArrowLikeData {
  if (from === 0 && to === data.length) return data;
  const { type, offset, nullBitmap, dictionary, values, valueOffsets } = data;
  const length = to - from;
  const isNull = type.typeId === ArrowTypeId.Null;
  const nulls = hasNulls(data) ? length - countBits(nullBitmap!, offset + from, length) : 0;
  const slice = { type, length, offset: offset + from, nullCount: isNull ? length : nulls };
  return {
    ...slice,
    ...(values && { values: valuesFrom(type, values, from, to) }),
    ...(valueOffsets && { valueOffsets: valueOffsets.subarray(from, to + 1) }),
    ...(nullBitmap && { nullBitmap }),
    ...(dictionary && { dictionary }),
  };
}

function valuesFrom(type: ArrowLikeData["type"], values: ArrayBufferView, from: number, to: number): ArrayBufferView {
  switch (type.typeId) {
    // Bits begin at `offset`, texts and bytes where their offsets say.
    case ArrowTypeId.Bool:
    case ArrowTypeId.Utf8:
    case ArrowTypeId.LargeUtf8:
    case ArrowTypeId.Binary:
    case ArrowTypeId.LargeBinary:
      return values;
    default: {
      const width = widthOf(type);
      const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
      return bytes.subarray(from * width, to * width);
    }
  }
}

/** A part of a nested column is shorter than what is around it. */
export function raggedTable(where: string): LarderError {
  return new LarderError(
    `Column ${JSON.stringify(where)} of the table has fewer values than what is around them. Build the table anew.`,
    { code: "ragged-table", facts: { column: where } },
  );
}
