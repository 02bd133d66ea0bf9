import { type ArrowLikeData, type ArrowLikeType, ArrowTypeId } from "../arrow/arrow-like.js";
import { getBit } from "../format/bitmaps.js";
import { int64sOver } from "../format/value-conversion.js";
import { gatherRows } from "./gather-column.js";

/** Whether the timestamps in seconds of a column can be stored as milliseconds without overflow; `true` for what is none. */
export function fitsAsMilliseconds(columnType: ArrowLikeType, chunks: readonly ArrowLikeData[]): boolean {
  const type = columnType.dictionary ?? columnType;
  if (type.typeId !== ArrowTypeId.Timestamp || type.unit !== 0) return true;
  const pieces = columnType.dictionary ? chunks.flatMap((chunk) => chunk.dictionary?.data ?? []) : chunks;
  const most = 2n ** 63n / 1000n - 1n;
  return pieces.every((piece) => {
    const { values, validity, rows } = gatherRows([piece], 0, piece.length);
    if (values.kind !== "fixed" || rows === 0) return true;
    return int64sOver(values.bytes).every(
      (value, i) => (validity !== undefined && getBit(validity, i) === 0) || (value >= -most && value <= most),
    );
  });
}
