import {
  DuckDBBlobValue,
  DuckDBDateValue,
  DuckDBDecimalValue,
  DuckDBTimestampMillisecondsValue,
  DuckDBTimestampNanosecondsValue,
  DuckDBTimestampTZValue,
  DuckDBTimestampValue,
  DuckDBTimeValue,
} from "@duckdb/node-api";
import { encodeParquet } from "@larder/store-parquet";
import type { DataType } from "apache-arrow";
import { describe, expect, test } from "vitest";
import { duckdbRows } from "./support/duckdb.js";
import { keptTypes, makeTable } from "./support/random-table.js";
import { rawValues } from "./support/table-difference.js";

/** Types DuckDB reads as something narrower or not at all; their exactness is shown by the round trip alone. */
const unlikeDuckdb = new Set(["float16", "decimal256", "timestampNanosecondZoned", "timeNanosecond", "timeSecond"]);

/** DuckDB turns these into microseconds, and has no room for the extremes then. */
const narrowInDuckdb = new Set(["dateMillisecond", "timestampMillisecond", "timestampSecond", "timestampSecondZoned"]);

describe("DuckDB reads the same values from the files Larder writes", () => {
  const types = Object.keys(keptTypes).filter((type) => !unlikeDuckdb.has(type));
  test.each(types)("%s", async (type) => {
    for (const nulls of [0, 0.3, 1]) {
      const extremes = !narrowInDuckdb.has(type);
      const columns = [{ type, name: "v", nulls }];
      const table = makeTable({ columns, batches: [150, 0, 180], cut: [3, 5], seed: 11, extremes });
      const column = table.getChildAt(0)!;
      const { bytes } = await encodeParquet(table, { rowGroupRows: 100, compression: nulls === 0 ? "snappy" : "none" });
      const rows = await duckdbRows(bytes, "SELECT v FROM FILE");
      const valueType = (column.type as { dictionary?: DataType }).dictionary ?? column.type;
      const expected = rawValues(column).map((hex) => (hex === null ? null : readable(valueType, hex, !extremes)));
      expect(rows.map(([value]) => comparable(value))).toEqual(expected);
    }
  });

  test("and sees the types that are meant", async () => {
    const columns = Object.keys(keptTypes).map((type) => ({ type, name: type, nulls: 0 }));
    const table = makeTable({ columns, batches: [9], cut: [0, 0], seed: 2, extremes: false });
    const { bytes } = await encodeParquet(table);
    const seen = await duckdbRows(bytes, "SELECT column_name, column_type FROM (DESCRIBE SELECT * FROM FILE)");
    expect(Object.fromEntries(seen)).toMatchObject({
      bool: "BOOLEAN",
      int8: "TINYINT",
      int16: "SMALLINT",
      int32: "INTEGER",
      int64: "BIGINT",
      uint8: "UTINYINT",
      uint16: "USMALLINT",
      uint32: "UINTEGER",
      uint64: "UBIGINT",
      float32: "FLOAT",
      float64: "DOUBLE",
      utf8: "VARCHAR",
      binary: "BLOB",
      decimal: "DECIMAL(20,4)",
      dateDay: "DATE",
      timeMillisecond: "TIME",
      timestampSecond: "TIMESTAMP",
      timestampSecondZoned: "TIMESTAMP WITH TIME ZONE",
      timestampMicrosecondZoned: "TIMESTAMP WITH TIME ZONE",
      timestampNanosecond: "TIMESTAMP_NS",
      dictionary8: "VARCHAR",
      dictionaryOfNumbers: "DOUBLE",
    });
  });

  test("whatever the mixture, row counts and null counts agree", async () => {
    const columns = Object.keys(keptTypes)
      .filter((type) => !unlikeDuckdb.has(type))
      .map((type, i) => ({ type, name: `c${i}`, nulls: (i % 3) * 0.2 }));
    const table = makeTable({ columns, batches: [40_000], cut: [0, 1], seed: 3, extremes: false });
    const { bytes } = await encodeParquet(table);
    const counts = columns.map(({ name }) => `count(${name})`).join(", ");
    const [row] = await duckdbRows(bytes, `SELECT count(*), ${counts} FROM FILE`);
    const present = columns.map((_, i) =>
      BigInt(rawValues(table.getChildAt(i)!).filter((value) => value !== null).length),
    );
    expect(row).toEqual([39_999n, ...present]);
  });

  test("the statistics of every row group are its least and greatest value and its number of nulls", async () => {
    const types = ["int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64", "durationSecond"];
    const columns = types.map((type) => ({ type, name: type, nulls: 0.2 }));
    const table = makeTable({ columns, batches: [500], cut: [0, 0], seed: 5 });
    const { bytes } = await encodeParquet(table, { rowGroupRows: 20 });
    for (const type of types) {
      const stated = await duckdbRows(
        bytes,
        `SELECT stats_min_value, stats_max_value, stats_null_count::BIGINT FROM parquet_metadata(FILE)
         WHERE path_in_schema = '${type}' ORDER BY row_group_id`,
      );
      const actual = await duckdbRows(
        bytes,
        `SELECT min(${type})::VARCHAR, max(${type})::VARCHAR, count(*) - count(${type}) FROM read_parquet(FILE, file_row_number = true)
         GROUP BY file_row_number // 20 ORDER BY file_row_number // 20`,
      );
      expect(stated).toEqual(actual);
    }
  });

  test("equality filters on each single value return exactly the rows that have it", async () => {
    const types = ["int16", "uint32", "int64", "uint64", "float64"];
    const table = makeTable({
      columns: types.map((type) => ({ type, name: type, nulls: 0.1 })),
      batches: [200],
      cut: [0, 0],
      seed: 21,
    });
    const { bytes } = await encodeParquet(table, { rowGroupRows: 10 });
    for (const [i, type] of types.entries()) {
      const wanted = new Map<string, number>();
      for (const value of rawValues(table.getChildAt(i)!)) {
        if (value !== null) wanted.set(String(readable(table.getChildAt(i)!.type, value)), 0);
      }
      for (const value of rawValues(table.getChildAt(i)!)) {
        if (value !== null) {
          const key = String(readable(table.getChildAt(i)!.type, value));
          wanted.set(key, wanted.get(key)! + 1);
        }
      }
      const values = [...wanted.keys()].filter((key) => !["NaN", "Infinity", "-Infinity"].includes(key)).slice(0, 60);
      const parts = values.map(
        (value) => `(SELECT count(*) FROM FILE WHERE ${type} = ${value}::${type === "float64" ? "DOUBLE" : "HUGEINT"})`,
      );
      const [found] = await duckdbRows(bytes, `SELECT ${parts.join(", ")}`);
      expect(found!.map(Number)).toEqual(values.map((value) => wanted.get(value)));
    }
  });
});

/** What DuckDB returns, in a form that `toEqual` compares exactly. */
function comparable(value: unknown): unknown {
  if (value instanceof DuckDBBlobValue) return Buffer.from(value.bytes).toString("hex");
  if (value instanceof DuckDBDateValue) return value.days;
  if (
    value instanceof DuckDBTimeValue ||
    value instanceof DuckDBTimestampValue ||
    value instanceof DuckDBTimestampTZValue
  ) {
    return value.micros;
  }
  if (value instanceof DuckDBTimestampMillisecondsValue) return value.millis;
  if (value instanceof DuckDBTimestampNanosecondsValue) return value.nanos;
  if (value instanceof DuckDBDecimalValue) return value.value;
  return value;
}

/** The same value from the bytes Arrow holds. */
function readable(type: DataType, hex: string, narrow = false): unknown {
  const bytes = Buffer.from(hex, "hex");
  const { unit = 0, isSigned = true, scale = 0 } = type as { unit?: number; isSigned?: boolean; scale?: number };
  switch (type.typeId) {
    case 6:
      return hex === "1";
    case 2:
      if (bytes.length === 8) return isSigned ? bytes.readBigInt64LE() : bytes.readBigUInt64LE();
      return isSigned ? bytes.readIntLE(0, bytes.length) : bytes.readUIntLE(0, bytes.length);
    case 3:
      return bytes.length === 4 ? bytes.readFloatLE() : bytes.readDoubleLE();
    case 5:
    case 20:
      return bytes.toString("utf8");
    case 7: {
      // A decimal that Parquet can't annotate is bytes to others, the greatest first.
      if (scale < 0) return Buffer.from(bytes).reverse().toString("hex");
      const unsigned = bytes.reduceRight((sum, byte) => sum * 256n + BigInt(byte), 0n);
      return BigInt.asIntN(bytes.length * 8, unsigned);
    }
    case 8:
      return unit === 0 ? bytes.readInt32LE() : bytes.readBigInt64LE() * 1000n;
    case 9:
      return unit === 1 ? BigInt(bytes.readInt32LE()) * 1000n : bytes.readBigInt64LE();
    case 10:
      return bytes.readBigInt64LE() * (narrow ? [1_000_000n, 1000n, 1n, 1n][unit]! : 1n);
    case 18:
      return bytes.readBigInt64LE();
    default:
      return hex;
  }
}
