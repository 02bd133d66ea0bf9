import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Duckdb, openDuckdb } from "../support/duckdb.js";
import { scratchFolder } from "../support/scratch-folder.js";
import { duckdbColumns } from "./duckdb-columns.js";
import { collectEncodings, type MetEncodings } from "./met-encodings.js";
import { expectColumns, type WantedColumn } from "./same-values.js";

const folder = scratchFolder();
let duckdb: Duckdb;
let wanted: WantedColumn[];

beforeAll(async () => {
  duckdb = await openDuckdb();
  const columns = Object.entries(duckdbColumns).map(
    ([name, { sql }]) => `CASE WHEN i % 11 = 5 THEN NULL ELSE ${sql} END AS ${name}_n`,
  );
  const required = Object.entries(duckdbColumns).map(([name, { sql }]) => `${sql} AS "${name}"`);
  await duckdb.run(`CREATE TABLE source AS SELECT ${[...required, ...columns].join(", ")} FROM range(${rows}) t(i)`);
  wanted = (await duckdb.columns("SELECT * FROM source")).map(({ name, texts }) => {
    const stored = duckdbColumns[name.replace(/_n$/, "")]!.stored ?? ((text: string) => text);
    return { name, texts: texts.map((text, i) => (text === null ? null : stored(text, i))) };
  });
});
afterAll(() => {
  duckdb.close();
  folder.remove();
});

const rows = 150;

const codecs = ["uncompressed", "snappy", "gzip", "zstd", "brotli", "lz4_raw"];

/** What the files of the test below really hold, so that it can't become less without being noticed. */
const met: MetEncodings = {
  codecs: ["BROTLI", "GZIP", "LZ4_RAW", "SNAPPY", "UNCOMPRESSED", "ZSTD"],
  encodings: {
    BOOLEAN: ["PLAIN"],
    BYTE_ARRAY: ["DELTA_LENGTH_BYTE_ARRAY", "PLAIN", "PLAIN_DICTIONARY", "RLE_DICTIONARY"],
    DOUBLE: ["BYTE_STREAM_SPLIT", "PLAIN", "PLAIN_DICTIONARY", "RLE_DICTIONARY"],
    FIXED_LEN_BYTE_ARRAY: ["PLAIN"],
    FLOAT: ["BYTE_STREAM_SPLIT", "PLAIN", "PLAIN_DICTIONARY", "RLE_DICTIONARY"],
    INT32: ["DELTA_BINARY_PACKED", "PLAIN", "PLAIN_DICTIONARY", "RLE_DICTIONARY"],
    INT64: ["DELTA_BINARY_PACKED", "PLAIN", "PLAIN_DICTIONARY", "RLE_DICTIONARY"],
  },
};

describe("files of DuckDB are read right", () => {
  test("in every codec and both versions of the format, with and without dictionaries", async () => {
    const seen = collectEncodings();
    for (const codec of codecs) {
      for (const version of ["V1", "V2"]) {
        for (const dictionaryEntries of [0, 100]) {
          const path = folder.path();
          await duckdb.run(
            `COPY source TO '${path}' (FORMAT parquet, COMPRESSION ${codec}, PARQUET_VERSION ${version},
             DICTIONARY_SIZE_LIMIT ${dictionaryEntries}, ROW_GROUP_SIZE 60)`,
          );
          const bytes = readFileSync(path);
          seen.add(bytes);
          await expectColumns(bytes, wanted, `${codec}, ${version}, dictionaries of ${dictionaryEntries}`);
        }
      }
    }
    expect(seen.met()).toEqual(met);
    expect(seen.gaps()).toEqual([]);
  });

  test("with row groups and pages of its own sizes", async () => {
    const query = `SELECT i, i % 1000 AS few, 'text ' || i % 5000 AS words, CASE WHEN i % 3 = 0 THEN NULL ELSE i * 0.5 END AS holes
      FROM range(20000) t(i)`;
    const columns = (await duckdb.columns(query)).map(({ name, texts }) => ({ name, texts }));
    for (const version of ["V1", "V2"]) {
      const path = folder.path();
      await duckdb.run(
        `COPY (${query}) TO '${path}' (FORMAT parquet, PARQUET_VERSION ${version}, ROW_GROUP_SIZE 6144)`,
      );
      await expectColumns(readFileSync(path), columns, version);
    }
  });
});
