import type { Arrow } from "../../arrow/load-arrow.js";
import { fixedColumn, type LegacyColumn, textColumn } from "../legacy-column.js";
import { damagedLegacy, unsupportedLegacy } from "../legacy-errors.js";
import { hdf5Column, numbers, textValues, type ValueLayout } from "./hdf5-column.js";
import { Hdf5Class, type Hdf5Type } from "./hdf5-type.js";

/** pandas' "not a time". */
const notATime = -(2n ** 63n);

/** What pandas says of stored values beside their HDF5 type. */
export interface PandasKind {
  /** By which text pandas writes a missing text, usually `nan`; a text of that kind can't be told from one that is missing, in pandas neither. */
  readonly missing: string;
  /** Such as `datetime64`, `timedelta64`, `float64`, `datetime64[ns]`; absent: what the HDF5 type says. */
  readonly kind: string | undefined;
  readonly zone: string | undefined;
}

/**
 * Stored values as pandas means them: `datetime64` and `timedelta64` are 64-bit counts of nanoseconds, the least one being no time at
 * all; the rest is what its HDF5 type says.
 */
export function pandasColumn(
  arrow: Arrow,
  name: string,
  type: Hdf5Type,
  layout: ValueLayout,
  { kind, zone, missing }: PandasKind,
): LegacyColumn {
  if (type.type === Hdf5Class.text) {
    const texts = textValues(type, layout).map((text) => (text === missing ? null : text));
    return textColumn(arrow, name, texts, layout.origin);
  }
  const moment = /^(datetime64|timedelta64)(?:\[(\w+)[^\]]*\])?$/.exec(kind ?? "");
  if (!moment) {
    if (kind === "category" || kind === "date" || kind === "datetime" || kind === "object" || kind === "complex") {
      const reason = `column ${JSON.stringify(name)} is of the kind ${kind}, which is not read`;
      throw unsupportedLegacy(layout.origin, reason, "Write it again as text, numbers or datetime64.");
    }
    return hdf5Column(arrow, name, type, layout);
  }
  if (type.type !== Hdf5Class.integer || type.size !== 8 || !type.signed) {
    throw damagedLegacy(
      layout.origin,
      `column ${JSON.stringify(name)} is of the kind ${kind}, but not of 64-bit integers`,
    );
  }
  if (moment[2] !== undefined && moment[2] !== "ns") {
    const reason = `column ${JSON.stringify(name)} counts in ${moment[2]}`;
    throw unsupportedLegacy(layout.origin, reason, "Write it again in nanoseconds.");
  }
  const arrowType =
    moment[1] === "datetime64" ? new arrow.TimestampNanosecond(zone ?? null) : new arrow.DurationNanosecond();
  return numbers(arrow, name, arrowType, type, layout, (values, row) => (values as BigInt64Array)[row] === notATime);
}

/** A column without rows of the type that NumPy calls so. */
export function emptyColumn(
  arrow: Arrow,
  name: string,
  numpyType: string,
  zone: string | undefined,
  origin: string,
): LegacyColumn {
  const type = {
    bool: () => new arrow.Bool(),
    int8: () => new arrow.Int8(),
    int16: () => new arrow.Int16(),
    int32: () => new arrow.Int32(),
    int64: () => new arrow.Int64(),
    uint8: () => new arrow.Uint8(),
    uint16: () => new arrow.Uint16(),
    uint32: () => new arrow.Uint32(),
    uint64: () => new arrow.Uint64(),
    float16: () => new arrow.Float16(),
    float32: () => new arrow.Float32(),
    float64: () => new arrow.Float64(),
    object: () => new arrow.Utf8(),
    "datetime64[ns]": () => new arrow.TimestampNanosecond(zone ?? null),
    datetime64: () => new arrow.TimestampNanosecond(zone ?? null),
    "timedelta64[ns]": () => new arrow.DurationNanosecond(),
    timedelta64: () => new arrow.DurationNanosecond(),
  }[numpyType];
  if (!type)
    throw unsupportedLegacy(origin, `it is of the type ${numpyType}`, "Write it again in a type that Arrow has.");
  const made = type();
  const { ArrayType } = made as unknown as { ArrayType: new (length: number) => ArrayBufferView };
  if (made.typeId === arrow.Type.Utf8) return textColumn(arrow, name, [], origin);
  return fixedColumn(arrow, name, made, new ArrayType(0), 0);
}
