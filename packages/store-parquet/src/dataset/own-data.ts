import type { Data, Vector } from "apache-arrow";
import { type ArrowLikeData, type ArrowLikeVector, ArrowTypeId } from "../arrow/arrow-like.js";
import type { Arrow } from "../arrow/load-arrow.js";
import { ownType } from "../arrow/own-arrow-type.js";

/** The chunks of a column made by any copy of apache-arrow as ours: the same memory. Dictionaries that are one stay one. */
export function ownData(arrow: Arrow, chunks: readonly ArrowLikeData[]): Data[] {
  const dictionaries = new Map<ArrowLikeVector, Vector>();
  const types = new Map<object, Data["type"]>();
  const copied = (data: ArrowLikeData): Data => {
    // Of all its classes the types alone tell copies of Arrow apart.
    if (data.type instanceof arrow.DataType) return data as Data;
    const type = types.get(data.type) ?? ownType(arrow, data.type);
    types.set(data.type, type);
    return new arrow.Data(
      type,
      data.offset,
      data.length,
      data.type.typeId === ArrowTypeId.Null ? data.length : data.nullCount,
      // In the order in which Arrow numbers the kinds of its buffers.
      [data.valueOffsets, data.values, data.nullBitmap] as never,
      (data.children ?? []).map(copied),
      data.dictionary && ownVector(data.dictionary),
    );
  };
  const ownVector = (vector: ArrowLikeVector): Vector => {
    const own = dictionaries.get(vector) ?? new arrow.Vector(vector.data.map(copied));
    dictionaries.set(vector, own);
    return own;
  };
  return chunks.map(copied);
}
