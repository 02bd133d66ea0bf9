import { encodeParquet } from "@larder/store-parquet";
import * as arrow from "apache-arrow";
import { describe, expect, test } from "vitest";
import { duckdbRows } from "../support/duckdb.js";
import { keptTypes, makeTable } from "../support/random-table.js";
import { rawValues } from "../support/table-difference.js";
import { duckdbDifferences } from "./duckdb-differences.js";

describe("DuckDB sees", () => {
  test("the types that are meant", async () => {
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

  test("in a long table of every type, row counts and null counts agree", async () => {
    const columns = Object.keys(keptTypes)
      .filter((type) => !(type in duckdbDifferences))
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

  test("no text that is no UTF-8: it refuses what Larder gives back bit by bit", async () => {
    const text = arrow.makeData({
      type: new arrow.Utf8(),
      data: Uint8Array.of(0x61, 0xff),
      valueOffsets: Int32Array.of(0, 2),
    });
    const { bytes } = await encodeParquet(new arrow.Table({ text: new arrow.Vector([text]) }));
    await expect(duckdbRows(bytes, "SELECT text FROM FILE")).rejects.toThrow(
      /not valid UTF8|invalid unicode|Invalid string encoding/i,
    );
  });
});
