import type { FilterValue, TableFilter } from "@larder/core";
import type { Data, DataType, Table, Vector } from "apache-arrow";

/** True, false, or neither. */
type Truth = boolean | undefined;

/** A value of a column so that it can be compared exactly: numbers as fractions, floats as numbers, the rest as bytes. */
type Comparable =
  | { readonly kind: "fraction"; readonly over: bigint; readonly under: bigint }
  | { readonly kind: "float"; readonly value: number }
  | { readonly kind: "bytes"; readonly value: Buffer }
  | { readonly kind: "boolean"; readonly value: boolean };

/** Which rows of a table a filter is true for, one by one and value by value, without anything that the scan uses. */
export function rowsMatching(table: Table, filter: TableFilter): boolean[] {
  const columns = new Map(table.schema.fields.map(({ name }, i) => [name, comparables(table.getChildAt(i)!)]));
  return Array.from(
    { length: table.numRows },
    (_, row) => truth(filter, (column) => columns.get(column)!, row) === true,
  );
}

interface ColumnValues {
  readonly type: DataType;
  /** `"other"` for values that have no order. */
  readonly values: readonly (Comparable | "other" | null)[];
}

function truth(filter: TableFilter, columnOf: (name: string) => ColumnValues, row: number): Truth {
  switch (filter.op) {
    case "and": {
      const parts = filter.filters.map((part) => truth(part, columnOf, row));
      return parts.includes(false) ? false : parts.includes(undefined) ? undefined : true;
    }
    case "or": {
      const parts = filter.filters.map((part) => truth(part, columnOf, row));
      return parts.includes(true) ? true : parts.includes(undefined) ? undefined : false;
    }
    case "not": {
      const inner = truth(filter.filter, columnOf, row);
      return inner === undefined ? undefined : !inner;
    }
    case "isNull":
      return columnOf(filter.column).values[row] === null;
    case "isNotNull":
      return columnOf(filter.column).values[row] !== null;
    default:
  }
  const { type, values } = columnOf(filter.column);
  const value = values[row]!;
  if (value === null || value === "other") return undefined;
  const order = (other: FilterValue): number | undefined => compare(value, comparableValue(type, other));
  switch (filter.op) {
    case "in":
      return filter.values.some((wanted) => order(wanted) === 0);
    case "between": {
      const low = order(filter.low);
      const high = order(filter.high);
      return low !== undefined && high !== undefined && low >= 0 && high <= 0;
    }
    case "startsWith": {
      const prefix = Buffer.from(filter.prefix as string);
      return (value as { value: Buffer }).value.subarray(0, prefix.length).equals(prefix);
    }
    case "ne":
      return order(filter.value) !== 0;
    default: {
      const found = order(filter.value);
      if (found === undefined) return false;
      return { eq: found === 0, lt: found < 0, lte: found <= 0, gt: found > 0, gte: found >= 0 }[filter.op];
    }
  }
}

/** Below, at, or above 0; `undefined` where NaN is compared. */
function compare(left: Comparable, right: Comparable): number | undefined {
  if (left.kind === "bytes") return Buffer.compare(left.value, (right as typeof left).value);
  if (left.kind === "boolean") return Number(left.value) - Number((right as typeof left).value);
  if (left.kind === "float" && right.kind === "float") {
    if (Number.isNaN(left.value) || Number.isNaN(right.value)) return undefined;
    return left.value < right.value ? -1 : left.value > right.value ? 1 : 0;
  }
  if (left.kind === "float" && right.kind === "fraction") {
    // JavaScript compares numbers and bigints exactly.
    if (Number.isNaN(left.value)) return undefined;
    return left.value < right.over ? -1 : left.value > right.over ? 1 : 0;
  }
  const fraction = left as Extract<Comparable, { kind: "fraction" }>;
  if (right.kind === "float") {
    if (Number.isNaN(right.value)) return undefined;
    if (fraction.under !== 1n) throw new Error("Decimals are not compared with floats here.");
    return fraction.over < right.value ? -1 : fraction.over > right.value ? 1 : 0;
  }
  const other = right as typeof fraction;
  const difference = fraction.over * other.under - other.over * fraction.under;
  return difference < 0n ? -1 : difference > 0n ? 1 : 0;
}

const unitsPerSecond = [1n, 1000n, 1_000_000n, 1_000_000_000n];

/** What a filter compares with, as a value of the column's kind. */
function comparableValue(type: DataType, value: FilterValue): Comparable {
  const plain = (type as { dictionary?: DataType }).dictionary ?? type;
  if (typeof value === "boolean") return { kind: "boolean", value };
  if (value instanceof Uint8Array) return { kind: "bytes", value: Buffer.from(value) };
  if (value instanceof Date) {
    const { unit } = plain as unknown as { unit: number };
    const milliseconds = BigInt(value.getTime());
    if (plain.typeId === 8) return { kind: "fraction", over: milliseconds, under: unit === 0 ? 86_400_000n : 1n };
    return { kind: "fraction", over: milliseconds * unitsPerSecond[unit]!, under: 1000n };
  }
  if (plain.typeId === 7) {
    const { scale } = plain as unknown as { scale: number };
    const [, sign, whole, part = ""] = /^([+-]?)(\d+)(?:\.(\d+))?$/.exec(String(value))!;
    const digits = BigInt(whole! + part) * (sign === "-" ? -1n : 1n);
    const power = scale - part.length;
    return power >= 0
      ? { kind: "fraction", over: digits * 10n ** BigInt(power), under: 1n }
      : { kind: "fraction", over: digits, under: 10n ** BigInt(-power) };
  }
  if (typeof value === "string") return { kind: "bytes", value: Buffer.from(value) };
  if (typeof value === "bigint") return { kind: "fraction", over: value, under: 1n };
  return { kind: "float", value };
}

function comparables(vector: Vector): ColumnValues {
  return {
    type: vector.type,
    values: vector.data.flatMap((data) => Array.from({ length: data.length }, (_, i) => comparableAt(data as Data, i))),
  };
}

function comparableAt(data: Data, row: number): Comparable | "other" | null {
  const { typeId } = data;
  if (typeId === 1 || !data.getValid(row)) return null;
  switch (typeId) {
    case -1: {
      let place = Number(data.values[row]);
      for (const piece of (data.dictionary as Vector).data) {
        if (place < piece.length) return comparableAt(piece as Data, place);
        place -= piece.length;
      }
      throw new Error("no such entry");
    }
    case 6: {
      const bit = data.offset + row;
      return { kind: "boolean", value: ((data.values[bit >> 3] >> (bit & 7)) & 1) === 1 };
    }
    case 3: {
      const bits = data.values[row];
      return {
        kind: "float",
        value: (data.type as unknown as { precision: number }).precision === 0 ? half(bits) : bits,
      };
    }
    case 2:
    case 8:
    case 9:
    case 10:
    case 18:
      return { kind: "fraction", over: BigInt(data.values[row]), under: 1n };
    case 7: {
      const bytes = bytesAt(data, row);
      let value = 0n;
      for (let i = bytes.length - 1; i >= 0; i--) value = (value << 8n) | BigInt(bytes[i]!);
      return { kind: "fraction", over: BigInt.asIntN(bytes.length * 8, value), under: 1n };
    }
    case 4:
    case 5:
    case 15:
    case 19:
    case 20:
      return { kind: "bytes", value: bytesAt(data, row) };
    default:
      return "other";
  }
}

function bytesAt(data: Data, row: number): Buffer {
  const values = data.values as Uint8Array;
  const all = Buffer.from(values.buffer, values.byteOffset, values.byteLength);
  if (data.valueOffsets) return all.subarray(Number(data.valueOffsets[row]), Number(data.valueOffsets[row + 1]));
  const width = data.stride * values.BYTES_PER_ELEMENT;
  return all.subarray(row * width, (row + 1) * width);
}

function half(bits: number): number {
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  const size =
    exponent === 31
      ? fraction
        ? Number.NaN
        : Number.POSITIVE_INFINITY
      : exponent === 0
        ? fraction / 2 ** 24
        : (1 + fraction / 1024) * 2 ** (exponent - 15);
  return bits & 0x8000 ? -size : size;
}
