import * as arrow from "apache-arrow";
import type { Chance } from "./seeded-values.js";

/** A type of Arrow with values for it; index picks among them, equal indices give equal values. */
export interface ColumnKind {
  readonly type: arrow.DataType;
  readonly value: (index: number) => unknown;
}

const field = (name: string, type: arrow.DataType, nullable = true) => new arrow.Field(name, type, nullable);
const words = ["", "a", "b", "ab", "é", "日本語", "😀", "a longer piece of text"];
const word = (index: number) => (index < words.length ? words[index]! : `word ${index}`);
const bytesOf = (text: string) => new TextEncoder().encode(text);
const floats = [0, -0, Number.NaN, Infinity, 1.5];

/** Every type that has a digest. */
export const columnKinds: Readonly<Record<string, ColumnKind>> = {
  Int8: { type: new arrow.Int8(), value: (index) => index - 5 },
  Int16: { type: new arrow.Int16(), value: (index) => index - 5 },
  Int32: { type: new arrow.Int32(), value: (index) => index * 1000 },
  Int64: { type: new arrow.Int64(), value: (index) => BigInt(index) - 2n ** 62n },
  Uint8: { type: new arrow.Uint8(), value: (index) => index },
  Uint16: { type: new arrow.Uint16(), value: (index) => index },
  Uint32: { type: new arrow.Uint32(), value: (index) => index * 100_000_000 },
  Uint64: { type: new arrow.Uint64(), value: (index) => 2n ** 64n - 1n - BigInt(index) },
  Float16: { type: new arrow.Float16(), value: (index) => floats[index] ?? index },
  Float32: { type: new arrow.Float32(), value: (index) => floats[index] ?? index },
  Float64: { type: new arrow.Float64(), value: (index) => floats[index] ?? index / 3 },
  Bool: { type: new arrow.Bool(), value: (index) => index % 2 === 0 },
  Utf8: { type: new arrow.Utf8(), value: word },
  LargeUtf8: { type: new arrow.LargeUtf8(), value: word },
  Binary: { type: new arrow.Binary(), value: (index) => bytesOf(word(index)) },
  LargeBinary: { type: new arrow.LargeBinary(), value: (index) => bytesOf(word(index)) },
  FixedSizeBinary: { type: new arrow.FixedSizeBinary(3), value: (index) => Uint8Array.of(index, 0, 255 - index) },
  Decimal: { type: new arrow.Decimal(2, 20, 128), value: (index) => Uint32Array.of(index, 0, index, 0) },
  DateDay: { type: new arrow.DateDay(), value: (index) => new Date(index * 86_400_000) },
  DateMillisecond: { type: new arrow.DateMillisecond(), value: (index) => new Date(index * 1001) },
  TimeSecond: { type: new arrow.TimeSecond(), value: (index) => index },
  TimeMillisecond: { type: new arrow.TimeMillisecond(), value: (index) => index },
  TimeMicrosecond: { type: new arrow.TimeMicrosecond(), value: (index) => BigInt(index) },
  TimeNanosecond: { type: new arrow.TimeNanosecond(), value: (index) => BigInt(index) },
  TimestampSecond: { type: new arrow.TimestampSecond(), value: (index) => index * 1000 },
  TimestampMillisecond: { type: new arrow.TimestampMillisecond("Europe/Paris"), value: (index) => index },
  TimestampMicrosecond: { type: new arrow.TimestampMicrosecond(), value: (index) => index },
  TimestampNanosecond: { type: new arrow.TimestampNanosecond("UTC"), value: (index) => index },
  DurationSecond: { type: new arrow.DurationSecond(), value: (index) => BigInt(index) },
  DurationNanosecond: { type: new arrow.DurationNanosecond(), value: (index) => BigInt(index) },
  IntervalYearMonth: { type: new arrow.IntervalYearMonth(), value: (index) => Int32Array.of(index, 3) },
  IntervalDayTime: { type: new arrow.IntervalDayTime(), value: (index) => Int32Array.of(index, 7) },
  List: {
    type: new arrow.List(field("item", new arrow.Int32())),
    value: (index) => Array.from({ length: index % 4 }, (_, at) => (at === 2 ? null : index + at)),
  },
  FixedSizeList: {
    type: new arrow.FixedSizeList(2, field("item", new arrow.Float64())),
    value: (index) => [index, index % 3 === 0 ? null : 0.5],
  },
  Struct: {
    type: new arrow.Struct([field("a", new arrow.Int32()), field("b", new arrow.Utf8())]),
    value: (index) => ({ a: index % 3 === 0 ? null : index, b: word(index) }),
  },
  "List of Struct": {
    type: new arrow.List(field("item", new arrow.Struct([field("a", new arrow.Utf8()), field("b", new arrow.Bool())]))),
    value: (index) => Array.from({ length: index % 3 }, () => ({ a: word(index), b: index % 2 === 0 })),
  },
  "Dictionary of Utf8": {
    type: new arrow.Dictionary(new arrow.Utf8(), new arrow.Int32(), 1),
    value: word,
  },
  "Dictionary of Int64": {
    type: new arrow.Dictionary(new arrow.Int64(), new arrow.Int16(), 2),
    value: (index) => BigInt(index),
  },
  Map: {
    type: new arrow.Map_(
      field(
        "entries",
        new arrow.Struct([field("key", new arrow.Utf8(), false), field("value", new arrow.Int32())]),
        false,
      ) as never,
    ),
    value: (index) => new Map(Array.from({ length: index % 3 }, (_, at) => [`k${at}`, index])),
  },
};

/** Indices of values for the rows of a column; `null` is a null. */
export function randomRows(chance: Chance, length: number): (number | null)[] {
  const withNulls = chance.below(3) > 0;
  const distinct = 1 + chance.below(12);
  return Array.from({ length }, () => (withNulls && chance.below(4) === 0 ? null : chance.below(distinct)));
}

export function makeColumn(kind: ColumnKind, rows: readonly (number | null)[]): arrow.Vector {
  const values = rows.map((row) => (row === null ? null : kind.value(row)));
  return arrow.vectorFromArray(values, kind.type) as arrow.Vector;
}

/** The same rows in random batches, each cut out of a longer run: other offsets, other dictionaries, other bitmaps. */
export function makeColumnInPieces(kind: ColumnKind, rows: readonly (number | null)[], chance: Chance): arrow.Vector {
  const data: arrow.Data[] = [];
  for (let start = 0; start < rows.length || data.length === 0; ) {
    const end = Math.min(rows.length, start + 1 + chance.below(12));
    const before = randomRows(chance, chance.below(12));
    const after = randomRows(chance, chance.below(5));
    const longer = makeColumn(kind, [...before, ...rows.slice(start, end), ...after]);
    data.push(...longer.slice(before.length, before.length + end - start).data);
    if (chance.below(6) === 0) data.push(...makeColumn(kind, [null, 1]).slice(0, 0).data);
    start = end;
  }
  return new arrow.Vector(data);
}
