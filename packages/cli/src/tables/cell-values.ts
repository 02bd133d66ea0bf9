import {
  type Data,
  DataType,
  type Decimal,
  type RecordBatch,
  type Timestamp,
  TimeUnit,
  type Vector,
} from "apache-arrow";

/** One cell as it can be written as text without loss: numbers stay numbers, moments are ISO 8601, bytes base64. */
export type CellValue =
  | string
  | number
  | bigint
  | boolean
  | null
  | readonly CellValue[]
  | { readonly [name: string]: CellValue };

/** Reads the cells of a column of a record batch, by row. */
export type CellReader = (row: number) => CellValue;

/** One reader for each column. */
export function cellReaders(batch: RecordBatch): readonly CellReader[] {
  return batch.schema.fields.map((_, column) => readerOf(batch.getChildAt(column)!));
}

function readerOf(vector: Vector): CellReader {
  const data = vector.data[0];
  if (data !== undefined && vector.data.length === 1) {
    const exact = exactReader(data);
    if (exact !== undefined) return (row) => (vector.isValid(row) ? exact(row) : null);
  }
  return (row) => plainCell(vector.get(row), vector.type);
}

/** A reader for types whose value Arrow would hand out rounded, or not as itself. */
function exactReader({ type, values, stride }: Data): CellReader | undefined {
  const integers = values as ArrayLike<number | bigint>;
  if (DataType.isTimestamp(type)) {
    const { unit, timezone } = type as Timestamp;
    return (row) => momentText(BigInt(integers[row]!), unit, timezone != null);
  }
  if (DataType.isDecimal(type)) {
    const { scale } = type as Decimal;
    return (row) => decimalText((values as Uint32Array).subarray(stride * row, stride * (row + 1)), scale);
  }
  if (DataType.isTime(type)) return (row) => timeText(BigInt(integers[row]!), type.unit);
  return undefined;
}

function plainCell(value: unknown, type: DataType): CellValue {
  if (value === null || value === undefined) return null;
  if (DataType.isDictionary(type)) return plainCell(value, type.dictionary);
  if (DataType.isDate(type)) return new Date(Number(value)).toISOString().replace(/T00:00:00\.000Z$/, "");
  switch (typeof value) {
    case "string":
    case "number":
    case "bigint":
    case "boolean":
      return value;
    case "object":
      return nestedCell(value, type);
    default:
      return String(value);
  }
}

function nestedCell(value: object, type: DataType): CellValue {
  if (value instanceof Uint8Array)
    return Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString("base64");
  if (DataType.isList(type) || DataType.isFixedSizeList(type)) {
    const inner = type.children[0]!.type as DataType;
    return Array.from(value as Iterable<unknown>, (item) => plainCell(item, inner));
  }
  if (DataType.isStruct(type)) {
    const fields = new Map(type.children.map((field) => [field.name, field.type as DataType]));
    const pairs = value as Iterable<[string, unknown]>;
    return Object.fromEntries(Array.from(pairs, ([name, item]) => [name, plainCell(item, fields.get(name)!)]));
  }
  if (DataType.isMap(type)) {
    const inner = (type.children[0]!.type as DataType).children as { type: DataType }[];
    const pairs = value as Iterable<[unknown, unknown]>;
    return Object.fromEntries(Array.from(pairs, ([key, item]) => [String(key), plainCell(item, inner[1]!.type)]));
  }
  if (Symbol.iterator in value) return Array.from(value as Iterable<CellValue>);
  return String(value);
}

const unitsPerSecond: Readonly<Record<number, bigint>> = {
  [TimeUnit.SECOND]: 1n,
  [TimeUnit.MILLISECOND]: 1000n,
  [TimeUnit.MICROSECOND]: 1_000_000n,
  [TimeUnit.NANOSECOND]: 1_000_000_000n,
};

/** A moment in ISO 8601 with all the digits its unit has; `Z` where it is one in time, not on some wall clock. */
function momentText(value: bigint, unit: TimeUnit, inTime: boolean): string {
  const perSecond = unitsPerSecond[unit]!;
  const rest = ((value % perSecond) + perSecond) % perSecond;
  const date = new Date(Number((value - rest) / perSecond) * 1000);
  // Beyond what a Date reaches, the number itself is all there is to show.
  if (Number.isNaN(date.getTime())) return String(value);
  return `${date.toISOString().slice(0, -5)}${fraction(rest, perSecond)}${inTime ? "Z" : ""}`;
}

function timeText(value: bigint, unit: TimeUnit): string {
  const perSecond = unitsPerSecond[unit]!;
  const rest = value % perSecond;
  const seconds = Number(value / perSecond);
  const part = (of: number) => String(of).padStart(2, "0");
  return `${part(Math.floor(seconds / 3600))}:${part(Math.floor(seconds / 60) % 60)}:${part(seconds % 60)}${fraction(rest, perSecond)}`;
}

function fraction(rest: bigint, perSecond: bigint): string {
  return perSecond === 1n ? "" : `.${String(rest).padStart(String(perSecond).length - 1, "0")}`;
}

/** A decimal number of 32-bit words, the lowest first, in two's complement. */
function decimalText(words: Uint32Array, scale: number): string {
  let value = words.reduceRight((sum, word) => (sum << 32n) | BigInt(word), 0n);
  value = BigInt.asIntN(32 * words.length, value);
  const digits = String(value < 0n ? -value : value).padStart(scale + 1, "0");
  const sign = value < 0n ? "-" : "";
  return scale <= 0
    ? `${sign}${digits}${"0".repeat(-scale)}`
    : `${sign}${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
}
