import { type ArrowLikeBatch, type ArrowLikeData, ArrowTypeId } from "../arrow/arrow-like.js";
import { widthOf } from "../arrow/type-size.js";

/** How large a row group may become. */
export interface RowGroupLimits {
  readonly rowGroupRows: number;
  readonly rowGroupBytes: number;
}

/**
 * Where the row group that begins at row `start` of some batches ends, and whether it is full: else more rows may join it.
 *
 * @param rows of all batches together, more than `start`
 */
export function rowGroupEnd(
  batches: readonly ArrowLikeBatch[],
  start: number,
  rows: number,
  { rowGroupRows, rowGroupBytes }: RowGroupLimits,
): { end: number; full: boolean } {
  const most = Math.min(start + rowGroupRows, rows);
  if (bytesOfRows(batches, start, most) <= rowGroupBytes) return { end: most, full: most - start === rowGroupRows };
  let low = start + 1;
  let high = most - 1;
  while (low < high) {
    const middle = (low + high + 1) >>> 1;
    if (bytesOfRows(batches, start, middle) <= rowGroupBytes) low = middle;
    else high = middle - 1;
  }
  // Whole bytes of validity bitmaps are the fastest to copy.
  const fits = Math.max(low - start, 1);
  return { end: start + (fits >= 8 ? fits - (fits % 8) : fits), full: true };
}

/** Bytes that the values of some rows take, about. */
export function bytesOfRows(batches: readonly ArrowLikeBatch[], start: number, end: number): number {
  let bytes = 0;
  let batchStart = 0;
  for (const { numRows, data } of batches) {
    if (batchStart >= end) break;
    const from = Math.max(start - batchStart, 0);
    const to = Math.min(end - batchStart, numRows);
    if (from < to) for (const child of data.children) bytes += valueBytes(child, from, to);
    batchStart += numRows;
  }
  return bytes;
}

function valueBytes(data: ArrowLikeData, from: number, to: number): number {
  const { type, children = [], valueOffsets } = data;
  switch (type.typeId) {
    case ArrowTypeId.Null:
      return 0;
    case ArrowTypeId.Bool:
      return (to - from) / 8;
    case ArrowTypeId.Utf8:
    case ArrowTypeId.LargeUtf8:
    case ArrowTypeId.Binary:
    case ArrowTypeId.LargeBinary: {
      const [start, end] = offsetsAt(valueOffsets, from, to);
      return end - start + 4 * (to - from);
    }
    case ArrowTypeId.List:
    case ArrowTypeId.LargeList:
    case ArrowTypeId.Map: {
      const [start, end] = offsetsAt(valueOffsets, from, to);
      return children[0] ? valueBytes(children[0], start, end) + (to - from) : 0;
    }
    case ArrowTypeId.FixedSizeList: {
      const size = type.listSize ?? 0;
      return children[0] ? valueBytes(children[0], from * size, to * size) + (to - from) : 0;
    }
    case ArrowTypeId.Struct:
      return children.reduce((sum, child) => sum + valueBytes(child, from, to), 0);
    case ArrowTypeId.Dictionary:
      return (to - from) * (widthOf(type) + spreadWidth(data));
    default:
      return (to - from) * widthOf(type);
  }
}

/** Builders leave out the offsets of nulls at the end. */
function offsetsAt(offsets: ArrowLikeData["valueOffsets"], from: number, to: number): [start: number, end: number] {
  if (!offsets || offsets.length === 0) return [0, 0];
  const last = offsets.length - 1;
  return [Number(offsets[Math.min(from, last)]!), Number(offsets[Math.min(to, last)]!)];
}

/** Average bytes of the entries of a dictionary that is too large to be written as one. */
function spreadWidth({ dictionary }: ArrowLikeData): number {
  if (!dictionary || dictionary.length <= 0x10000) return 0;
  const bytes = dictionary.data.reduce((sum, piece) => sum + valueBytes(piece, 0, piece.length), 0);
  return bytes / dictionary.length;
}
