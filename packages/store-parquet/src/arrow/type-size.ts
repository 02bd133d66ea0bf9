import { type ArrowLikeType, ArrowTypeId } from "./arrow-like.js";

/** Bytes of one Arrow value of a fixed-width type; a dictionary's are those of its indices. */
export function widthOf(type: ArrowLikeType): number {
  switch (type.typeId) {
    case ArrowTypeId.Int:
      return (type.bitWidth ?? 0) / 8;
    case ArrowTypeId.Float:
      return [2, 4, 8][type.precision ?? 2] ?? 8;
    case ArrowTypeId.Decimal:
      return (type.bitWidth ?? 128) / 8;
    case ArrowTypeId.Date:
      return type.unit === 0 ? 4 : 8;
    case ArrowTypeId.Time:
      return (type.unit ?? 0) <= 1 ? 4 : 8;
    case ArrowTypeId.FixedSizeBinary:
      return type.byteWidth ?? 0;
    case ArrowTypeId.Dictionary:
      return widthOf(type.indices ?? { typeId: ArrowTypeId.Int, bitWidth: 32 });
    default:
      return 8;
  }
}

/** How many entries indices of a type can tell apart. */
export function mostEntries({ bitWidth = 32, isSigned = true }: ArrowLikeType): number {
  return Math.min(2 ** (isSigned ? bitWidth - 1 : bitWidth), 2 ** 31);
}
