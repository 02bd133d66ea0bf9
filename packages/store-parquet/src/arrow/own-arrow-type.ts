import type { DataType, Field, Int, Int32, Struct } from "apache-arrow";
import { type ArrowLikeField, type ArrowLikeType, ArrowTypeId } from "./arrow-like.js";
import { integerType } from "./integer-type.js";
import type { Arrow } from "./load-arrow.js";
import { childFields } from "./nested-kind.js";

/** Numbers the dictionaries of a column. */
type DictionaryNumbers = () => number | null;

/**
 * A field of any copy of apache-arrow as a field of ours. Arrow numbers dictionaries as they are made; here they get the
 * number of the column instead, so that the same schema is the same message every time. Those further inside get numbers
 * that no column has.
 */
export function ownField(arrow: Arrow, field: ArrowLikeField, column: number): Field {
  let inside = 0;
  const isDictionary = field.type.typeId === ArrowTypeId.Dictionary;
  return fieldWith(arrow, field, () => (isDictionary ? column : (column + 1) * 2 ** 24 + inside++));
}

/** A storable type (see `explainUnstorable`) of any copy of apache-arrow as a type of ours. */
export function ownType(arrow: Arrow, type: ArrowLikeType): DataType {
  return typeWith(arrow, type, () => null);
}

/** The list with 64-bit offsets, or the one with 32-bit offsets in copies of Arrow that lack it. */
export function largeList(arrow: Arrow, element: Field): DataType {
  return new ((arrow as { LargeList?: Arrow["LargeList"] }).LargeList ?? arrow.List)(element);
}

function fieldWith(arrow: Arrow, { name, type, nullable, metadata }: ArrowLikeField, next: DictionaryNumbers): Field {
  return new arrow.Field(name, typeWith(arrow, type, next), nullable, new Map(metadata));
}

function typeWith(arrow: Arrow, type: ArrowLikeType, next: DictionaryNumbers): DataType {
  const children = childFields(type).map((child) => fieldWith(arrow, child, next));
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
    case ArrowTypeId.List:
      return new arrow.List(children[0]!);
    case ArrowTypeId.LargeList:
      return largeList(arrow, children[0]!);
    case ArrowTypeId.FixedSizeList:
      return new arrow.FixedSizeList(type.listSize ?? 0, children[0]!);
    case ArrowTypeId.Struct:
      return new arrow.Struct(children);
    case ArrowTypeId.Map:
      return new arrow.Map_(children[0] as Field<Struct>, type.keysSorted ?? false);
    case ArrowTypeId.Dictionary:
      return new arrow.Dictionary(
        ownType(arrow, type.dictionary!),
        // Arrow's types leave out 64-bit indices, its code does not.
        ownInt(arrow, type.indices!) as Int32,
        next(),
        type.isOrdered ?? false,
      );
    default:
      throw new TypeError(`Arrow type ${type.typeId} has no counterpart`);
  }
}

function ownInt(arrow: Arrow, { bitWidth = 32, isSigned = true }: ArrowLikeType): Int {
  return integerType(arrow, bitWidth, isSigned) ?? integerType(arrow, 32, isSigned)!;
}
