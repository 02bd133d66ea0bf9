import type { ArrowLikeType } from "../arrow/arrow-like.js";
import { ArrowTypeId } from "../arrow/arrow-like.js";
import type { ColumnValue } from "./columns-to-table.js";

/** Which values a type takes as they are, and how they lie in memory. */
export interface ElementRule {
  /** Why a value is none of this type; `undefined` when it is one, exactly. */
  refuse(value: unknown): string | undefined;
  /** The typed array that is a column of this type, by name. */
  readonly array?: string;
  /** The values of fixed width in a row; nulls are zeros. */
  fill?(values: readonly ColumnValue[]): ArrayBufferView;
  byteLength?(value: ColumnValue): number;
  /** @returns bytes written */
  write?(value: ColumnValue, into: Uint8Array, at: number): number;
  /** Offsets of 64 bits. */
  readonly wide?: boolean;
}

const floats: Readonly<Record<number, ElementRule>> = {
  1: {
    refuse: (value) =>
      typeof value !== "number"
        ? "the column holds numbers"
        : Object.is(Math.fround(value), value)
          ? undefined
          : "a Float32 can't hold it exactly",
    array: "Float32Array",
    fill: (values) => Float32Array.from(values as number[]),
  },
  2: {
    refuse: (value) => (typeof value === "number" ? undefined : "the column holds numbers"),
    array: "Float64Array",
    fill: (values) => Float64Array.from(values as number[]),
  },
};

const smallInts = {
  "8": Int8Array,
  "16": Int16Array,
  "32": Int32Array,
  u8: Uint8Array,
  u16: Uint16Array,
  u32: Uint32Array,
} as const;

const milliseconds = 1;
const dayMs = 86_400_000;

/** The rule of a type; `undefined` for those that are not made of values here. */
export function elementRule(type: ArrowLikeType): ElementRule | undefined {
  switch (type.typeId) {
    case ArrowTypeId.Null:
      return { refuse: () => "the column holds nulls" };
    case ArrowTypeId.Bool:
      return { refuse: (value) => (typeof value === "boolean" ? undefined : "the column holds booleans"), fill: bits };
    case ArrowTypeId.Int:
      return type.bitWidth === 64
        ? bigInts(type.isSigned !== false)
        : ints(type.bitWidth ?? 32, type.isSigned !== false);
    case ArrowTypeId.Float:
      return floats[type.precision ?? -1];
    case ArrowTypeId.Utf8:
    case ArrowTypeId.LargeUtf8:
      return { ...texts, wide: type.typeId === ArrowTypeId.LargeUtf8 };
    case ArrowTypeId.Binary:
    case ArrowTypeId.LargeBinary:
      return { ...blobs, wide: type.typeId === ArrowTypeId.LargeBinary };
    case ArrowTypeId.Date:
      return type.unit === 0 ? days : undefined;
    case ArrowTypeId.Timestamp:
      return type.unit === milliseconds ? moments : bigInts(true);
    case ArrowTypeId.Duration:
      return bigInts(true);
    case ArrowTypeId.Time:
      return type.bitWidth === 64 ? bigInts(true) : ints(32, true);
    default:
      return undefined;
  }
}

const texts: ElementRule = {
  refuse(value) {
    if (typeof value !== "string") return "the column holds texts";
    return value.isWellFormed() ? undefined : "it has a lone surrogate, which is no Unicode text";
  },
  byteLength: (value) => Buffer.byteLength(value as string),
  write: (value, into, at) => Buffer.from(into.buffer, into.byteOffset, into.byteLength).write(value as string, at),
};

const blobs: ElementRule = {
  refuse: (value) => (value instanceof Uint8Array ? undefined : "the column holds bytes"),
  byteLength: (value) => (value as Uint8Array).byteLength,
  write(value, into, at) {
    into.set(value as Uint8Array, at);
    return (value as Uint8Array).byteLength;
  },
};

const days: ElementRule = {
  refuse(value) {
    if (value instanceof Date)
      return value.getTime() % dayMs === 0 ? undefined : "it is not at the beginning of a day in UTC";
    return integer(value, -(2 ** 31), 2 ** 31 - 1);
  },
  array: "Int32Array",
  fill: (values) =>
    Int32Array.from(values, (value) => (value instanceof Date ? value.getTime() / dayMs : ((value ?? 0) as number))),
};

const moments: ElementRule = {
  ...bigInts(true),
  refuse(value) {
    if (!(value instanceof Date)) return bigInts(true).refuse(value);
    return Number.isNaN(value.getTime()) ? "it is an invalid date" : undefined;
  },
  fill: (values) =>
    BigInt64Array.from(values, (value) =>
      value instanceof Date ? BigInt(value.getTime()) : ((value ?? 0n) as bigint),
    ),
};

function bigInts(isSigned: boolean): ElementRule {
  const [low, high] = isSigned ? [-(2n ** 63n), 2n ** 63n - 1n] : [0n, 2n ** 64n - 1n];
  const array = isSigned ? BigInt64Array : BigUint64Array;
  return {
    refuse(value) {
      if (typeof value !== "bigint") return "the column holds bigints";
      return value >= low && value <= high ? undefined : `it is outside of ${low} … ${high}`;
    },
    array: array.name,
    fill: (values) => (array as BigInt64ArrayConstructor).from(values as bigint[], (value) => value ?? 0n),
  };
}

function ints(bitWidth: number, isSigned: boolean): ElementRule {
  const array = smallInts[`${isSigned ? "" : "u"}${bitWidth}` as keyof typeof smallInts];
  const [low, high] = isSigned ? [-(2 ** (bitWidth - 1)), 2 ** (bitWidth - 1) - 1] : [0, 2 ** bitWidth - 1];
  return {
    refuse: (value) => integer(value, low, high),
    array: array.name,
    fill: (values) => (array as Int32ArrayConstructor).from(values as number[], (value) => value ?? 0),
  };
}

function integer(value: unknown, low: number, high: number): string | undefined {
  if (typeof value !== "number") return "the column holds numbers";
  if (!Number.isInteger(value) || Object.is(value, -0)) return "it is no integer";
  return value >= low && value <= high ? undefined : `it is outside of ${low} … ${high}`;
}

function bits(values: readonly ColumnValue[]): Uint8Array {
  const packed = new Uint8Array((values.length + 7) >> 3);
  for (const [row, value] of values.entries()) if (value === true) packed[row >> 3]! |= 1 << (row & 7);
  return packed;
}
