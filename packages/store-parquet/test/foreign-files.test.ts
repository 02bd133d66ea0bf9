import { statSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { DuckDBTimestampValue } from "@duckdb/node-api";
import { openParquetFile, type ParquetTable } from "@larder/store-parquet";
import { describe, expect, test } from "vitest";
import { duckdbRows } from "./support/duckdb.js";

const flights = fileURLToPath(new URL("../node_modules/vega-datasets/data/flights-3m.parquet", import.meta.url));

describe("files written by others", () => {
  test("three million flights, compressed with zstd: the same rows as in DuckDB", async () => {
    const table = await openParquetFile(flights);
    const schema = await table.scan().schema();
    const names = schema.map((column) => column.name);
    expect(names).toContain("delay");
    expect(await table.scan().count()).toBe(3_000_000);
    const [first] = await table.scan().head(1).toRows();
    expect(Object.keys(first!)).toEqual(names);

    const columns = await table.scan().select(["delay", "origin"]).toColumns();
    const delays = columns.delay as ArrayLike<number | bigint>;
    let sum = 0;
    for (let i = 0; i < delays.length; i++) sum += Number(delays[i]);
    const counts = new Map<unknown, number>();
    for (const origin of columns.origin as string[]) counts.set(origin, (counts.get(origin) ?? 0) + 1);
    const [totals] = await duckdbRows(flights, "SELECT sum(delay)::BIGINT, count(DISTINCT origin) FROM FILE");
    expect([BigInt(sum), BigInt(counts.size)]).toEqual(totals);
    const perOrigin = await duckdbRows(flights, "SELECT origin, count(*) FROM FILE GROUP BY origin");
    for (const [origin, count] of perOrigin) expect(counts.get(origin)).toBe(Number(count));

    const middle = await table.scan().slice(1_234_567, 500).toColumns();
    const expected = await duckdbRows(flights, "SELECT * FROM FILE LIMIT 500 OFFSET 1234567");
    names.forEach((name, place) => {
      const values = expected.map((row) =>
        row[place] instanceof DuckDBTimestampValue ? row[place].micros : row[place],
      );
      const found = Array.from(middle[name] as ArrayLike<unknown>);
      const scale = schema[place]!.type.startsWith("Timestamp<MILLISECOND") ? 1000n : 1n;
      expect(found.map((value) => (typeof value === "bigint" ? value * scale : value))).toEqual(values);
    });
    await table.close();
  }, 120_000);

  test("and vouched for by nobody: a process of its own reads the same, and leaves the rest unread", async () => {
    const foreign = await openParquetFile(flights, { trust: "foreign", limits: { seconds: 30, megabytes: 700 } });
    const own = await openParquetFile(flights);
    for (const table of [foreign, own]) expect(await table.scan().count()).toBe(3_000_000);
    const part = (table: ParquetTable) => table.scan().select(["origin", "delay"]).slice(1_234_567, 500);
    expect(await part(foreign).toColumns()).toEqual(await part(own).toColumns());
    expect(part(foreign).bytesRead).toBe(part(own).bytesRead);
    expect(part(foreign).bytesRead).toBeLessThan(statSync(flights).size / 4);
    await foreign.close();
    await own.close();
  }, 120_000);
});
