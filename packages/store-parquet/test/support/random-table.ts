import * as arrow from "apache-arrow";
import fc from "fast-check";

/** A number from 0 to 1; the same for the same seed. */
export function seededRandom(seed: number): () => number {
  let state = (seed ^ 0x9e3779b9) >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Every type this package keeps, by name. */
export const keptTypes: Record<string, () => arrow.DataType> = {
  null: () => new arrow.Null(),
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
  utf8: () => new arrow.Utf8(),
  largeUtf8: () => new arrow.LargeUtf8(),
  binary: () => new arrow.Binary(),
  largeBinary: () => new arrow.LargeBinary(),
  fixedSizeBinary: () => new arrow.FixedSizeBinary(7),
  decimal: () => new arrow.Decimal(4, 20, 128),
  decimal256: () => new arrow.Decimal(0, 60, 256),
  decimalWithoutScale: () => new arrow.Decimal(-2, 10, 128),
  dateDay: () => new arrow.DateDay(),
  dateMillisecond: () => new arrow.DateMillisecond(),
  timeSecond: () => new arrow.TimeSecond(),
  timeMillisecond: () => new arrow.TimeMillisecond(),
  timeMicrosecond: () => new arrow.TimeMicrosecond(),
  timeNanosecond: () => new arrow.TimeNanosecond(),
  timestampSecond: () => new arrow.TimestampSecond(),
  timestampSecondZoned: () => new arrow.TimestampSecond("Europe/Warsaw"),
  timestampMillisecond: () => new arrow.TimestampMillisecond(),
  timestampMicrosecondZoned: () => new arrow.TimestampMicrosecond("UTC"),
  timestampNanosecond: () => new arrow.TimestampNanosecond(),
  timestampNanosecondZoned: () => new arrow.TimestampNanosecond("+02:00"),
  durationSecond: () => new arrow.DurationSecond(),
  durationNanosecond: () => new arrow.DurationNanosecond(),
  dictionary8: () => new arrow.Dictionary(new arrow.Utf8(), new arrow.Int8() as never),
  dictionaryU16: () => new arrow.Dictionary(new arrow.Utf8(), new arrow.Uint16() as never),
  dictionary32Ordered: () => new arrow.Dictionary(new arrow.Utf8(), new arrow.Int32(), null, true),
  dictionary64: () => new arrow.Dictionary(new arrow.Utf8(), new arrow.Int64() as never),
  dictionaryOfNumbers: () => new arrow.Dictionary(new arrow.Float64(), new arrow.Int16() as never),
  dictionaryOfSeconds: () => new arrow.Dictionary(new arrow.TimestampSecond(), new arrow.Int32()),
};

/** What a random table is made from; the same recipe makes the same table. */
export interface TableRecipe {
  readonly columns: readonly { readonly type: string; readonly name: string; readonly nulls: number }[];
  /** Rows of each batch. */
  readonly batches: readonly number[];
  /** Rows cut away at either end, so that chunks begin in the middle of a byte. */
  readonly cut: readonly [number, number];
  readonly seed: number;
  /** `false` leaves out the extremes that other tools can't hold. */
  readonly extremes?: boolean;
}

/** Recipes of small tables of any kept types. */
export const tableRecipes: fc.Arbitrary<TableRecipe> = fc.record({
  columns: fc.uniqueArray(
    fc.record({
      type: fc.constantFrom(...Object.keys(keptTypes)),
      name: fc.oneof(
        fc.string({ unit: "grapheme", maxLength: 8 }),
        fc.constantFrom("__proto__", "a.b", "", "constructor"),
      ),
      nulls: fc.constantFrom(0, 0, 0.1, 0.5, 1),
    }),
    { maxLength: 6, selector: (column) => column.name },
  ),
  batches: fc.array(fc.integer({ min: 0, max: 60 }), { maxLength: 4 }),
  cut: fc.tuple(fc.integer({ min: 0, max: 12 }), fc.integer({ min: 0, max: 12 })),
  seed: fc.integer(),
});

/** Makes the table of a recipe. */
export function makeTable({ columns, batches, cut, seed, extremes = true }: TableRecipe): arrow.Table {
  const random = seededRandom(seed);
  const fields = columns.map(({ name, type, nulls }, i) => {
    const metadata = new Map(i % 2 === 0 ? [["unit", `ż${i}`]] : []);
    return new arrow.Field(name, keptTypes[type]!(), nulls > 0 || type === "null", metadata);
  });
  const schema = new arrow.Schema(fields, new Map([["origin", "test"]]));
  const dictionaries = fields.map(({ type }) =>
    type.typeId === -1 ? makeDictionary(type as arrow.Dictionary, random) : undefined,
  );
  const made = batches.map((rows) => {
    const children = fields.map(({ type }, i) =>
      makeChunk(type, rows, columns[i]!.nulls, random, dictionaries[i], extremes),
    );
    return new arrow.RecordBatch(
      schema,
      arrow.makeData({ type: new arrow.Struct(fields), length: rows, nullCount: 0, children }),
    );
  });
  const table = made.length === 0 ? new arrow.Table(schema) : new arrow.Table(schema, made);
  const [head, tail] = cut;
  return head + tail === 0 || table.numRows <= head + tail ? table : table.slice(head, table.numRows - tail);
}

function makeDictionary(type: arrow.Dictionary, random: () => number): arrow.Vector {
  const entries = makeChunk(
    type.dictionary,
    1 + Math.floor(random() * 30),
    random() < 0.3 ? 0.2 : 0,
    random,
    undefined,
  );
  return new arrow.Vector([entries]);
}

/** A chunk of any kept type; about one value in four is an extreme one. */
export function makeChunk(
  type: arrow.DataType,
  rows: number,
  nulls: number,
  random: () => number,
  dictionary: arrow.Vector | undefined,
  extremes = true,
): arrow.Data {
  const nullBitmap = nulls > 0 ? new Uint8Array((rows + 7) >> 3).map(() => 0) : undefined;
  for (let i = 0; nullBitmap && i < rows; i++) if (random() >= nulls) nullBitmap[i >> 3]! |= 1 << (i & 7);
  const common = { type: type as never, length: rows, ...(nullBitmap && { nullBitmap }) };
  switch (type.typeId) {
    case 1:
      return arrow.makeData({ type: new arrow.Null(), length: rows });
    case 4:
    case 5:
    case 19:
    case 20: {
      const values = Array.from({ length: rows }, () =>
        type.typeId === 5 || type.typeId === 20 ? Buffer.from(someText(random)) : someBytes(random),
      );
      const ends = [0];
      for (const value of values) ends.push(ends.at(-1)! + value.length);
      const valueOffsets = type.typeId >= 19 ? BigInt64Array.from(ends, BigInt) : Int32Array.from(ends);
      return arrow.makeData({ ...common, data: new Uint8Array(Buffer.concat(values)), valueOffsets } as never);
    }
    case -1: {
      const { indices } = type as arrow.Dictionary;
      const places = Array.from({ length: rows }, () => Math.floor(random() * (dictionary?.length ?? 1)));
      const data =
        (indices.bitWidth as number) === 64
          ? BigInt64Array.from(places, BigInt)
          : new (indices.ArrayType as Int32ArrayConstructor)(places);
      return arrow.makeData({ ...common, data, dictionary } as never);
    }
    default: {
      const width = type.typeId === 6 ? 1 : fixedWidth(type);
      const bytes = Buffer.concat(Array.from({ length: rows }, () => someFixed(type, width, random, extremes)));
      const aligned = new Uint8Array(bytes);
      const ArrayType = (type as { ArrayType: { new (buffer: ArrayBuffer): ArrayBufferView } }).ArrayType;
      return arrow.makeData({ ...common, data: new ArrayType(aligned.buffer) } as never);
    }
  }
}

function fixedWidth(type: arrow.DataType): number {
  if (type.typeId === 15) return (type as arrow.FixedSizeBinary).byteWidth;
  const { BYTES_PER_ELEMENT } = (type as unknown as { ArrayType: { BYTES_PER_ELEMENT: number } }).ArrayType;
  return BYTES_PER_ELEMENT * (type.typeId === 7 ? (type as arrow.Decimal).bitWidth / 32 : 1);
}

function someFixed(type: arrow.DataType, width: number, random: () => number, extremes: boolean): Buffer {
  const bytes = Buffer.from(Array.from({ length: width }, () => Math.floor(random() * 256)));
  if (type.typeId === 9) {
    // Times of day stay within a day, except now and then.
    const day = [86_400, 86_400e3, 86_400e6, 86_400e9][(type as arrow.Time).unit]!;
    const time = random() < 0.02 ? -5 : Math.floor(random() * day);
    if (width === 4) bytes.writeInt32LE(time);
    else bytes.writeBigInt64LE(BigInt(time));
    return bytes;
  }
  if (!extremes) return bytes.fill(random() < 0.3 ? 0xff : 0, Math.min(5, width));
  const kind = random();
  if (kind < 0.08) return bytes.fill(0);
  if (kind < 0.16) return bytes.fill(0xff);
  if (kind < 0.2) return bytes.fill(0).fill(0x80, width - 1);
  if (kind < 0.24) return bytes.fill(0xff).fill(0x7f, width - 1);
  if (type.typeId === 10 && kind < 0.9) return bytes.fill(random() < 0.3 ? 0xff : 0, Math.min(5, width));
  return bytes;
}

const alphabet = ["a", "Z", "0", " ", "ż", "€", "漢", "😀", "\u0000", "\u{10ffff}", "é"];

function someText(random: () => number): string {
  const length = random() < 0.15 ? 0 : Math.floor(random() * (random() < 0.1 ? 60 : 6));
  return Array.from({ length }, () => alphabet[Math.floor(random() * alphabet.length)]).join("");
}

function someBytes(random: () => number): Buffer {
  return Buffer.from(Array.from({ length: Math.floor(random() * 40) }, () => Math.floor(random() * 256)));
}
