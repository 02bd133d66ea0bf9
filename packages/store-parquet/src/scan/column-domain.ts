import type { FilterValue } from "@larder/core";
import { type ArrowLikeType, ArrowTypeId } from "../arrow/arrow-like.js";
import { decimalDomain } from "./decimal-domain.js";
import { invalidFilter } from "./invalid-filter.js";
import { leastFloatFrom, nextFloat } from "./neighbour-floats.js";
import type { Cut, Endpoint } from "./value-set.js";

/** The ordered values of a column, and how what a filter compares with stands among them. */
export interface ColumnDomain {
  /** What it takes, to go into an error. */
  readonly takes: string;
  readonly kind: "integers" | "floats" | "decimals" | "bytes" | "booleans";
  /**
   * Where a value stands: `from` is the least value of the column that is no less, `above` the least that is greater, and
   * `point` the one that equals it, where there is one. `"nan"` for NaN, `undefined` for what the column does not take.
   */
  place(value: FilterValue): ValuePlace | "nan" | undefined;
  /** The point of {@link place} where it is easily told, for lists of many values. */
  quickPoint?(value: FilterValue): Endpoint | undefined;
}

export interface ValuePlace {
  readonly from: Cut;
  readonly above: Cut;
  readonly point?: Endpoint;
}

/** The domain of a type, or `undefined` for one whose values can't be compared (nested ones). */
export function columnDomain(type: ArrowLikeType): ColumnDomain | undefined {
  switch (type.typeId) {
    case ArrowTypeId.Dictionary:
      return type.dictionary && columnDomain(type.dictionary);
    case ArrowTypeId.Bool:
      return {
        takes: "true or false",
        kind: "booleans",
        place: (value) => (typeof value === "boolean" ? placeOfInteger(value ? 1n : 0n, 0n, 1n) : undefined),
      };
    case ArrowTypeId.Int: {
      const bits = BigInt(type.bitWidth ?? 32);
      const [least, greatest] = type.isSigned ? [-(2n ** (bits - 1n)), 2n ** (bits - 1n) - 1n] : [0n, 2n ** bits - 1n];
      return {
        takes: "a number or a bigint",
        kind: "integers",
        place: (value) => placeOfNumber(value, least, greatest),
        quickPoint: (value) => (typeof value === "bigint" && value >= least && value <= greatest ? value : undefined),
      };
    }
    case ArrowTypeId.Float:
      return { takes: "a number or a bigint", kind: "floats", place: placeOfFloat };
    case ArrowTypeId.Decimal:
      return decimalDomain(type);
    case ArrowTypeId.Utf8:
    case ArrowTypeId.LargeUtf8:
      return {
        takes: "a string",
        kind: "bytes",
        place: (value) => (typeof value === "string" ? placeOfBytes(textBytes(value)) : undefined),
      };
    case ArrowTypeId.Binary:
    case ArrowTypeId.LargeBinary:
    case ArrowTypeId.FixedSizeBinary:
      return {
        takes: "a Uint8Array",
        kind: "bytes",
        place: (value) => (value instanceof Uint8Array ? placeOfBytes(new Uint8Array(value)) : undefined),
      };
    case ArrowTypeId.Date:
      return momentDomain(
        type.unit === 0 ? { units: 1n, milliseconds: 86_400_000n } : { units: 1n, milliseconds: 1n },
        type.unit === 0 ? 32n : 64n,
      );
    case ArrowTypeId.Timestamp:
      return momentDomain(
        [
          { units: 1n, milliseconds: 1000n },
          { units: 1n, milliseconds: 1n },
          { units: 1000n, milliseconds: 1n },
          { units: 1_000_000n, milliseconds: 1n },
        ][type.unit ?? 0]!,
        64n,
      );
    case ArrowTypeId.Time:
    case ArrowTypeId.Duration: {
      const bits = type.typeId === ArrowTypeId.Time && (type.unit ?? 0) <= 1 ? 32n : 64n;
      return {
        takes: "a bigint in the unit of the column",
        kind: "integers",
        place: (value) => (typeof value === "bigint" ? placeOfSigned(value, bits) : undefined),
      };
    }
    default:
      return undefined;
  }
}

/** Bytes of a text. @throws RangeError for one that is not well-formed Unicode, which no column can hold */
export function textBytes(text: string): Uint8Array {
  if (!text.isWellFormed()) throw new RangeError("it has half of a surrogate pair");
  return new Uint8Array(Buffer.from(text, "utf8"));
}

/** Where a whole number stands among those from `least` to `greatest`. */
export function placeOfInteger(value: bigint, least: bigint, greatest: bigint): ValuePlace {
  if (value < least) return { from: "start", above: "start" };
  if (value > greatest) return { from: "end", above: "end" };
  return {
    from: value === least ? "start" : value,
    above: value === greatest ? "end" : value + 1n,
    point: value,
  };
}

/** Where a number that is no whole one stands; `ceiling` is the next whole one. */
export function placeBetweenIntegers(ceiling: bigint, least: bigint, greatest: bigint): ValuePlace {
  const cut: Cut = ceiling <= least ? "start" : ceiling > greatest ? "end" : ceiling;
  return { from: cut, above: cut };
}

function placeOfNumber(value: FilterValue, least: bigint, greatest: bigint): ValuePlace | "nan" | undefined {
  if (typeof value === "bigint") return placeOfInteger(value, least, greatest);
  if (typeof value !== "number") return undefined;
  if (Number.isNaN(value)) return "nan";
  if (!Number.isFinite(value)) return value < 0 ? { from: "start", above: "start" } : { from: "end", above: "end" };
  if (Number.isInteger(value)) return placeOfInteger(BigInt(value), least, greatest);
  return placeBetweenIntegers(BigInt(Math.ceil(value)), least, greatest);
}

function placeOfSigned(value: bigint, bits: bigint): ValuePlace {
  return placeOfInteger(value, -(2n ** (bits - 1n)), 2n ** (bits - 1n) - 1n);
}

/** Floats of every width are compared as 64-bit ones, which hold them all. Zero has no sign here. */
function placeOfFloat(value: FilterValue): ValuePlace | "nan" | undefined {
  if (typeof value === "bigint") {
    const from = leastFloatFrom(value);
    if (from !== Number.POSITIVE_INFINITY && from !== Number.NEGATIVE_INFINITY && BigInt(from) === value)
      return placeOfFloat(from);
    return { from, above: from };
  }
  if (typeof value !== "number") return undefined;
  if (Number.isNaN(value)) return "nan";
  const point = value === 0 ? 0 : value;
  if (point === Number.POSITIVE_INFINITY) return { from: point, above: "end", point };
  if (point === Number.NEGATIVE_INFINITY) return { from: "start", above: -Number.MAX_VALUE, point };
  return { from: point, above: nextFloat(point), point };
}

/** Of byte strings, the next after one is the one with a zero more. */
function placeOfBytes(bytes: Uint8Array): ValuePlace {
  const above = new Uint8Array(bytes.byteLength + 1);
  above.set(bytes);
  return { from: bytes.byteLength === 0 ? "start" : bytes, above, point: bytes };
}

/** Dates and timestamps: `units` of the column are as long as so many `milliseconds`. */
function momentDomain({ units, milliseconds }: { units: bigint; milliseconds: bigint }, bits: bigint): ColumnDomain {
  return {
    takes: "a Date, or a bigint in the unit of the column",
    kind: "integers",
    place(value) {
      if (typeof value === "bigint") return placeOfSigned(value, bits);
      if (!(value instanceof Date) || Number.isNaN(value.getTime())) return undefined;
      const scaled = BigInt(value.getTime()) * units;
      const ceiling = ceilingOf(scaled, milliseconds);
      if (ceiling * milliseconds === scaled) return placeOfSigned(ceiling, bits);
      return placeBetweenIntegers(ceiling, -(2n ** (bits - 1n)), 2n ** (bits - 1n) - 1n);
    },
  };
}

/** The least whole number that is no less than a fraction whose divisor is above zero. */
export function ceilingOf(dividend: bigint, divisor: bigint): bigint {
  const quotient = dividend / divisor;
  return dividend % divisor > 0n ? quotient + 1n : quotient;
}

/** The place of a value. @throws LarderError `invalid-filter` when the column does not take it */
export function placeIn(
  domain: ColumnDomain,
  column: string,
  typeName: string,
  value: FilterValue,
): ValuePlace | "nan" {
  let place: ValuePlace | "nan" | undefined;
  let detail = "";
  try {
    place = domain.place(value);
  } catch (error) {
    detail = ` (${(error as Error).message})`;
  }
  if (place !== undefined) return place;
  throw invalidFilter(column, `it is of type ${typeName} and takes ${domain.takes}, not ${describe(value)}${detail}.`, {
    type: typeName,
    takes: domain.takes,
  });
}

function describe(value: unknown): string {
  if (typeof value === "bigint") return `${value}n`;
  if (typeof value === "string") return JSON.stringify(value.length > 40 ? `${value.slice(0, 40)}…` : value);
  if (value instanceof Date)
    return Number.isNaN(value.getTime()) ? "an invalid Date" : `the Date ${value.toISOString()}`;
  if (value instanceof Uint8Array) return `${value.byteLength} bytes`;
  if (typeof value === "object" && value !== null) return "an object";
  return String(value);
}
