import type { ArrowLikeType } from "./arrow-like.js";
import { ArrowTypeId } from "./arrow-like.js";

const units = ["SECOND", "MILLISECOND", "MICROSECOND", "NANOSECOND"];

/** An Arrow type as text that tells all of it, such as `Int64` or `Timestamp<MICROSECOND, UTC>`. */
export function typeText(type: ArrowLikeType): string {
  switch (type.typeId) {
    case ArrowTypeId.Timestamp: {
      const unit = units[type.unit ?? 0];
      return type.timezone ? `Timestamp<${unit}, ${type.timezone}>` : `Timestamp<${unit}>`;
    }
    case ArrowTypeId.Time:
      return `Time${type.bitWidth ?? ((type.unit ?? 0) > 1 ? 64 : 32)}<${units[type.unit ?? 0]}>`;
    case ArrowTypeId.Duration:
      return `Duration<${units[type.unit ?? 0]}>`;
    case ArrowTypeId.Date:
      return type.unit === 0 ? "Date32<DAY>" : "Date64<MILLISECOND>";
    case ArrowTypeId.Decimal:
      return `Decimal${type.bitWidth ?? 128}<${type.precision}, ${type.scale}>`;
    case ArrowTypeId.Dictionary:
      return `Dictionary<${typeText(type.indices!)}, ${typeText(type.dictionary!)}>`;
    default:
      return String(type);
  }
}
