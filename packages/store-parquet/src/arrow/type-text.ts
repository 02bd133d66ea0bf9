import type { ArrowLikeType } from "./arrow-like.js";
import { ArrowTypeId } from "./arrow-like.js";
import { childFields } from "./nested-kind.js";

const units = ["SECOND", "MILLISECOND", "MICROSECOND", "NANOSECOND"];

/** An Arrow type as text, such as `Int64`, `Timestamp<MICROSECOND, UTC>` or `List<Struct<{a: Int32}>>`. */
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
    case ArrowTypeId.List:
      return `List<${elementText(type)}>`;
    case ArrowTypeId.LargeList:
      return `LargeList<${elementText(type)}>`;
    case ArrowTypeId.FixedSizeList:
      return `FixedSizeList[${type.listSize}]<${elementText(type)}>`;
    case ArrowTypeId.Struct:
      return `Struct<{${fieldsText(type)}}>`;
    case ArrowTypeId.Map:
      return `Map<{${childFields(type)
        .map((entry) => fieldsText(entry.type))
        .join("")}}${type.keysSorted ? ", sorted" : ""}>`;
    default:
      return String(type);
  }
}

function elementText(type: ArrowLikeType): string {
  return childFields(type)
    .map((element) => typeText(element.type))
    .join(", ");
}

function fieldsText(type: ArrowLikeType): string {
  return childFields(type)
    .map((field) => `${field.name}: ${typeText(field.type)}`)
    .join(", ");
}
