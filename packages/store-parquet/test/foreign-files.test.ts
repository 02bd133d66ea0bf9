import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { DuckDBTimestampValue } from "@duckdb/node-api";
import { bytesSource, LarderError } from "@larder/core";
import { openParquet, openParquetFile } from "@larder/store-parquet";
import { describe, expect, test } from "vitest";
import { duckdbRows } from "./support/duckdb.js";

const flights = fileURLToPath(new URL("../node_modules/vega-datasets/data/flights-3m.parquet", import.meta.url));
const examples = fileURLToPath(new URL("../../../../shared/data/parquet-testing/", import.meta.url));

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

  const present = existsSync(examples);
  describe("the examples of apache/parquet-testing", () => {
    if (!present) {
      test("are not here, so they were not tried", () =>
        console.warn(`${examples} is absent: its files were not read.`));
      return;
    }
    test.each(parquetFiles("data"))(
      "%s is read, or refused with a reason",
      async (path) => {
        const outcome = await readAll(path);
        if (typeof outcome === "string") return;
        const [counted] = await duckdbRows(path, "SELECT count(*) FROM FILE").catch(() => []);
        if (counted) expect(BigInt(outcome.rows)).toBe(counted[0]);
      },
      60_000,
    );

    test.each(parquetFiles("bad_data"))(
      "%s is refused, or read as far as it is sound",
      async (path) => {
        await readAll(path);
      },
      60_000,
    );

    // These are flat, and DuckDB's values have a plain counterpart.
    test.each([
      "alltypes_plain.snappy.parquet",
      "binary.parquet",
      "byte_array_decimal.parquet",
      "datapage_v2_empty_datapage.snappy.parquet",
      "delta_byte_array.parquet",
      "delta_encoding_required_column.parquet",
      "fixed_length_decimal.parquet",
      "int32_with_null_pages.parquet",
      "int64_decimal.parquet",
      "plain-dict-uncompressed-checksum.parquet",
      "sort_columns.parquet",
    ])("%s has the values DuckDB finds in it", async (name) => {
      const path = join(examples, "data", name);
      const scan = openParquet(bytesSource(readFileSync(path))).scan();
      const schema = await scan.schema();
      const columns = await scan.toColumns();
      const rows = await duckdbRows(path, "SELECT * FROM FILE");
      schema.forEach(({ name: column, type }, place) => {
        const found = Array.from(columns[column]!, (value) => plain(value, type));
        expect(found).toEqual(rows.map((row) => plain(row[place], type)));
      });
    });
  });
});

function parquetFiles(folder: string): string[] {
  const directory = join(examples, folder);
  if (!existsSync(directory)) return [];
  return readdirSync(directory, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".parquet"))
    .map((name) => join(directory, name));
}

/** The number of rows and columns read, or the code of the refusal. Any other error fails the test. */
async function readAll(path: string): Promise<{ rows: number; columns: number } | string> {
  try {
    const table = await openParquet(bytesSource(readFileSync(path)))
      .scan()
      .toArrow();
    for (const row of table.toArray()) row?.toJSON();
    return { rows: table.numRows, columns: table.numCols };
  } catch (error) {
    if (!LarderError.isInstance(error)) throw error;
    expect(error.message).toMatch(/^[A-Z].*\.$/s);
    return error.code;
  }
}

/** A value of Arrow or of DuckDB in a form in which equal ones are equal. */
function plain(value: unknown, type: string): unknown {
  if (value === null || value === undefined) return null;
  if (value instanceof Uint8Array) return Buffer.from(value).toString("hex");
  if (typeof value === "object" && "bytes" in value)
    return Buffer.from((value as { bytes: Uint8Array }).bytes).toString("hex");
  if (value instanceof Uint32Array)
    return BigInt.asIntN(
      128,
      value.reduceRight((sum, word) => (sum << 32n) | BigInt(word), 0n),
    );
  if (typeof value === "object" && "scale" in value) return (value as unknown as { value: bigint }).value;
  if (typeof value === "object" && "micros" in value) return (value as { micros: bigint }).micros;
  if (typeof value === "object" && "nanos" in value) return (value as { nanos: bigint }).nanos / 1000n;
  if (typeof value === "object" && "days" in value) return (value as { days: number }).days;
  if (type === "Timestamp<NANOSECOND>") return (value as bigint) / 1000n;
  return value;
}
