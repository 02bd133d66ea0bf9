import type { DataType, Field, Int32 } from "apache-arrow";
import { type ArrowLikeField, type ArrowLikeType, ArrowTypeId } from "./arrow-like.js";
import type { Arrow } from "./load-arrow.js";

/**
 * A field of any copy of apache-arrow as a field of ours. Arrow numbers dictionaries as they are made; `dictionaryId`
 * is the number to give it instead, so that the same schema is the same message every time.
 */
export function ownField(arrow: Arrow, field: ArrowLikeField, dictionaryId: number): Field {
  return new arrow.Field(field.name, ownType(arrow, field.type, dictionaryId), field.nullable, new Map(field.metadata));
}

/** A storable type (see `leafOf`) of any copy of apache-arrow as a type of ours. */
export function ownType(arrow: Arrow, type: ArrowLikeType, dictionaryId?: number): DataType {
  switch (type.typeId) {
    case ArrowTypeId.Null:
      return new arrow.Null();
    case ArrowTypeId.Bool:
      return new arrow.Bool();
    case ArrowTypeId.Int:
      return ownInt(arrow, type);
    case ArrowTypeId.Float:
      return [new arrow.Float16(), new arrow.Float32(), new arrow.Float64()][type.precision ?? 2]!;
    case ArrowTypeId.Utf8:
      return new arrow.Utf8();
    case ArrowTypeId.LargeUtf8:
      return new arrow.LargeUtf8();
    case ArrowTypeId.Binary:
      return new arrow.Binary();
    case ArrowTypeId.LargeBinary:
      return new arrow.LargeBinary();
    case ArrowTypeId.FixedSizeBinary:
      return new arrow.FixedSizeBinary(type.byteWidth ?? 0);
    case ArrowTypeId.Decimal:
      return new arrow.Decimal(type.scale ?? 0, type.precision ?? 38, type.bitWidth ?? 128);
    case ArrowTypeId.Date:
      return type.unit === 0 ? new arrow.DateDay() : new arrow.DateMillisecond();
    case ArrowTypeId.Time:
      return [
        new arrow.TimeSecond(),
        new arrow.TimeMillisecond(),
        new arrow.TimeMicrosecond(),
        new arrow.TimeNanosecond(),
      ][type.unit ?? 0]!;
    case ArrowTypeId.Timestamp:
      return new arrow.Timestamp(type.unit ?? 0, type.timezone ?? null);
    case ArrowTypeId.Duration:
      return new arrow.Duration(type.unit ?? 0);
    case ArrowTypeId.Dictionary:
      return new arrow.Dictionary(
        ownType(arrow, type.dictionary!),
        // Arrow's types leave out 64-bit indices, its code does not.
        ownInt(arrow, type.indices!) as Int32,
        dictionaryId ?? null,
        type.isOrdered ?? false,
      );
    default:
      throw new TypeError(`Arrow type ${type.typeId} has no counterpart`);
  }
}

function ownInt(arrow: Arrow, { bitWidth = 32, isSigned = true }: ArrowLikeType) {
  switch (bitWidth) {
    case 8:
      return isSigned ? new arrow.Int8() : new arrow.Uint8();
    case 16:
      return isSigned ? new arrow.Int16() : new arrow.Uint16();
    case 64:
      return isSigned ? new arrow.Int64() : new arrow.Uint64();
    default:
      return isSigned ? new arrow.Int32() : new arrow.Uint32();
  }
}
