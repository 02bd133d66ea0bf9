import { LarderError } from "@larder/core";
import { DataType, type Timestamp, TimeUnit, type Vector } from "apache-arrow";

const unitsPerDay: Record<TimeUnit, number> = {
  [TimeUnit.SECOND]: 86_400,
  [TimeUnit.MILLISECOND]: 86_400_000,
  [TimeUnit.MICROSECOND]: 86_400_000_000,
  [TimeUnit.NANOSECOND]: 86_400_000_000_000,
};

/**
 * The days (since 1970-01-01) of an Arrow column of timestamps or dates, one per row. A null is 0 and marked in
 * `incomplete`.
 *
 * @throws LarderError `wrong-type` when the column holds neither
 */
export function dayColumn(file: string, name: string, column: Vector, incomplete: Uint8Array): Int32Array {
  const days = new Int32Array(column.length);
  let at = 0;
  for (const data of column.data) {
    const hasNulls = data.nullCount > 0;
    const dayOf = dayReader(file, name, data.type as DataType, data.values as ArrayBufferView<ArrayBuffer>);
    for (let row = 0; row < data.length; row++, at++) {
      if (hasNulls && !data.getValid(row)) incomplete[at] = 1;
      else days[at] = dayOf(row);
    }
  }
  return days;
}

function dayReader(
  file: string,
  name: string,
  type: DataType,
  values: ArrayBufferView<ArrayBuffer>,
): (row: number) => number {
  if (DataType.isDate(type) && values instanceof Int32Array) return (row) => values[row]!;
  const perDay = DataType.isTimestamp(type)
    ? unitsPerDay[(type as Timestamp).unit]
    : DataType.isDate(type)
      ? unitsPerDay[TimeUnit.MILLISECOND]
      : undefined;
  if (perDay === undefined) {
    throw new LarderError(`Column ${name} of ${file} holds ${type}, and it needs dates or timestamps.`, {
      code: "wrong-type",
      facts: { file, column: name, type: String(type) },
    });
  }
  // Two words of 32 bits, low first: a float holds the sum exactly enough for whole days, and no BigInt is made.
  const words = new Int32Array(values.buffer, values.byteOffset, values.byteLength / 4);
  return (row) => Math.floor(((words[row * 2]! >>> 0) + words[row * 2 + 1]! * 4_294_967_296) / perDay);
}

/** The day in a text such as `2001-01-31`, `2001/01/31 00:01` or `2001-01-31T00:01:00`; `undefined` when there is none. */
export function dayInText(bytes: Uint8Array, start: number, end: number): number | undefined {
  if (end - start < 10) return undefined;
  const year = digits(bytes, start, 4);
  const month = digits(bytes, start + 5, 2);
  const day = digits(bytes, start + 8, 2);
  if (year < 0 || month < 1 || month > 12 || day < 1 || day > 31) return undefined;
  return daysBefore(year, month) + day - 1;
}

const firstDays = new Map<number, number>();

function daysBefore(year: number, month: number): number {
  const key = year * 12 + month;
  let days = firstDays.get(key);
  if (days === undefined) {
    days = Date.UTC(year, month - 1, 1) / 86_400_000;
    firstDays.set(key, days);
  }
  return days;
}

function digits(bytes: Uint8Array, start: number, count: number): number {
  let number = 0;
  for (let at = start; at < start + count; at++) {
    const digit = bytes[at]! - 0x30;
    if (digit < 0 || digit > 9) return -1;
    number = number * 10 + digit;
  }
  return number;
}
