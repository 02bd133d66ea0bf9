import { readFileSync } from "node:fs";
import { type DataType, Table } from "apache-arrow";
import { Compression, Encoding, WriterPropertiesBuilder, WriterVersion } from "parquet-wasm";
import { afterAll, describe, expect, test } from "vitest";
import { duckdbColumns } from "../engines/duckdb-columns.js";
import { polarsDifferences } from "../engines/polars-differences.js";
import { openDuckdb } from "../support/duckdb.js";
import { parquetWasmFile } from "../support/parquet-wasm.js";
import { polarsFrame } from "../support/polars.js";
import { keptTypes, makeTable } from "../support/random-table.js";
import { scratchFolder } from "../support/scratch-folder.js";
import { expectAsHyparquet, type HyparquetExceptions } from "./support/as-hyparquet.js";
import { expectSameBothWays } from "./support/both-ways.js";

const folder = scratchFolder();
afterAll(folder.remove);

/** Reads the file in all ways, and whole by hyparquet. How many columns that did the same. */
async function expectSame(bytes: Uint8Array, file: string, exceptions: HyparquetExceptions = {}): Promise<number> {
  const table = await expectSameBothWays(bytes, file, file.length);
  if (table instanceof Error) throw table;
  return expectAsHyparquet(bytes, table, file, exceptions);
}

describe("directly, by the general decoders and by hyparquet the same: files of DuckDB", () => {
  const select = Object.entries(duckdbColumns).flatMap(([name, { sql }]) => [
    `${sql} AS "${name}"`,
    `CASE WHEN i % 11 = 5 THEN NULL ELSE ${sql} END AS "${name}_n"`,
  ]);

  for (const version of ["V1", "V2"]) {
    for (const codec of ["uncompressed", "snappy", "zstd", "lz4_raw", "gzip", "brotli"]) {
      test(`every type, ${codec}, ${version}`, async () => {
        const duckdb = await openDuckdb();
        for (const [dictionary, group] of [
          [0, 60],
          [100, 2048],
        ]) {
          const path = folder.path();
          await duckdb.run(
            `COPY (SELECT ${select.join(", ")} FROM range(150) t(i)) TO '${path}'
             (FORMAT parquet, CODEC '${codec}', PARQUET_VERSION ${version}, DICTIONARY_SIZE_LIMIT ${dictionary}, ROW_GROUP_SIZE ${group})`,
          );
          const same = await expectSame(readFileSync(path), `${codec} ${version} ${dictionary}`);
          expect(same).toBeGreaterThan(60);
        }
        duckdb.close();
      });
    }
  }

  test("twenty thousand rows, in pages and row groups as it makes them", async () => {
    const duckdb = await openDuckdb();
    for (const version of ["V1", "V2"]) {
      const path = folder.path();
      await duckdb.run(
        `COPY (SELECT i, i % 1000 AS few, 'text ' || i % 5000 AS words, CASE WHEN i % 3 = 0 THEN NULL ELSE i * 0.5 END AS holes,
           CASE WHEN i % 7 = 0 THEN NULL ELSE i % 5 = 1 END AS maybe, make_timestamp(i * 1000003) AS moment FROM range(20000) t(i))
         TO '${path}' (FORMAT parquet, CODEC 'uncompressed', PARQUET_VERSION ${version}, ROW_GROUP_SIZE 6144)`,
      );
      expect(await expectSame(readFileSync(path), version)).toBe(6);
    }
    duckdb.close();
  });
});

describe("files of Polars", () => {
  const types = Object.keys(keptTypes).filter((type) => !polarsDifferences[type]?.refuses);
  const columns = types.flatMap((type, i) => [0, 0.3, 1].map((nulls, j) => ({ type, name: `c${3 * i + j}`, nulls })));
  const frame = polarsFrame(makeTable({ columns, batches: [150], cut: [0, 0], seed: 37, extremes: false }));

  test.each(["uncompressed", "snappy", "zstd", "lz4", "gzip", "brotli"] as const)(
    "every type, %s",
    async (compression) => {
      for (const [dataPageSize, rowGroupSize, statistics] of [
        [undefined, undefined, true],
        [100, 40, false],
        [100, 150, true],
      ] as const) {
        const path = folder.path();
        const options = { compression, statistics, ...(rowGroupSize && { rowGroupSize, dataPageSize }) };
        frame.lazy().sinkParquet(path, options).collectSync();
        const same = await expectSame(readFileSync(path), `${compression}, pages of ${dataPageSize}`);
        expect(same).toBeGreaterThan(60);
      }
    },
  );
});

describe("files of parquet-wasm", () => {
  const columns = Object.keys(keptTypes)
    .filter((type) => type !== "decimalWithoutScale")
    .flatMap((type, i) => [0, 0.3].map((nulls, j) => ({ type, name: `c${2 * i + j}`, nulls })))
    // It makes something of null entries of a dictionary where the column says it has no nulls.
    .filter(({ type, nulls }) => nulls > 0 || !type.startsWith("dictionary"));
  const recipe = { batches: [130], cut: [0, 0], seed: 31 } as const;
  const isDecimal = ({ type }: { type: string }) => type.startsWith("decimal");
  const table = makeTable({ ...recipe, columns: columns.filter((column) => !isDecimal(column)) }).assign(
    makeTable({ ...recipe, columns: columns.filter(isDecimal), extremes: false }),
  );
  const variants = (["UNCOMPRESSED", "SNAPPY", "ZSTD", "LZ4_RAW", "GZIP", "BROTLI", "LZ4"] as const).flatMap((codec) =>
    [WriterVersion.V1, WriterVersion.V2].map((version) => [codec, WriterVersion[version] as "V1" | "V2"] as const),
  );

  test.each(variants)("every type and encoding, %s, %s", async (codec, version) => {
    for (const [choice, dictionary] of [
      [0, true],
      [0, false],
      [1, false],
      [2, false],
    ] as const) {
      let properties = new WriterPropertiesBuilder()
        .setCompression(Compression[codec])
        .setWriterVersion(WriterVersion[version])
        .setDictionaryEnabled(dictionary)
        .setDataPageSizeLimit(256)
        .setWriteBatchSize(16)
        .setMaxRowGroupSize(60);
      for (const { name, type } of table.schema.fields) {
        const offered = encodingsOf(type);
        properties = properties.setColumnEncoding(name, offered[choice % offered.length]!);
      }
      const file = `${codec} ${version}, encodings ${choice}, dictionary ${dictionary}`;
      const same = await expectSame(parquetWasmFile(new Table(table.batches), properties), file);
      expect(same).toBeGreaterThan(60);
    }
  });
});

/** Encodings that parquet-wasm may be asked for. */
function encodingsOf(type: DataType): readonly Encoding[] {
  const { dictionary } = type as { dictionary?: DataType };
  const { typeId, precision } = (dictionary ?? type) as { typeId: number; precision?: number };
  const { PLAIN, RLE, DELTA_BINARY_PACKED, DELTA_LENGTH_BYTE_ARRAY, DELTA_BYTE_ARRAY, BYTE_STREAM_SPLIT } = Encoding;
  if (typeId === 6) return [PLAIN, RLE];
  if (typeId === 3) return precision === 0 ? [PLAIN, DELTA_BYTE_ARRAY, BYTE_STREAM_SPLIT] : [PLAIN, BYTE_STREAM_SPLIT];
  if (typeId === 4 || typeId === 5 || typeId === 19 || typeId === 20)
    return [PLAIN, DELTA_LENGTH_BYTE_ARRAY, DELTA_BYTE_ARRAY];
  if (typeId === 7 || typeId === 15) return [PLAIN, DELTA_BYTE_ARRAY, BYTE_STREAM_SPLIT];
  return [PLAIN, DELTA_BINARY_PACKED, BYTE_STREAM_SPLIT];
}
