import type { DataType } from "apache-arrow";
import fc from "fast-check";
import { Compression, Encoding, WriterPropertiesBuilder, WriterVersion } from "parquet-wasm";
import { describe, expect, test } from "vitest";
import { parquetWasmFile } from "../support/parquet-wasm.js";
import { makeNestedTable, nestedFields } from "../support/random-nested.js";
import { keptTypes, makeTable } from "../support/random-table.js";
import { collectEncodings, type MetEncodings } from "./met-encodings.js";
import { runs } from "./runs.js";
import { columnsOf, expectColumns } from "./same-values.js";

/** Encodings that a writer may be asked for, by physical type. */
const encodingsOf: Readonly<Record<string, readonly Encoding[]>> = {
  BOOLEAN: [Encoding.PLAIN, Encoding.RLE],
  INT32: [Encoding.PLAIN, Encoding.DELTA_BINARY_PACKED, Encoding.BYTE_STREAM_SPLIT],
  INT64: [Encoding.PLAIN, Encoding.DELTA_BINARY_PACKED, Encoding.BYTE_STREAM_SPLIT],
  FLOAT: [Encoding.PLAIN, Encoding.BYTE_STREAM_SPLIT],
  DOUBLE: [Encoding.PLAIN, Encoding.BYTE_STREAM_SPLIT],
  BYTE_ARRAY: [Encoding.PLAIN, Encoding.DELTA_LENGTH_BYTE_ARRAY, Encoding.DELTA_BYTE_ARRAY],
  FIXED_LEN_BYTE_ARRAY: [Encoding.PLAIN, Encoding.DELTA_BYTE_ARRAY, Encoding.BYTE_STREAM_SPLIT],
};

/** Types that parquet-wasm does not write, and what it says. */
const notWritten: Readonly<Record<string, RegExp>> = { decimalWithoutScale: /Invalid DECIMAL scale/ };

const codecs = ["UNCOMPRESSED", "SNAPPY", "GZIP", "BROTLI", "LZ4", "ZSTD", "LZ4_RAW"] as const;

/** What the files of the test below really hold, so that it can't become less without being noticed. */
const met: MetEncodings = {
  codecs: ["BROTLI", "GZIP", "LZ4", "LZ4_RAW", "SNAPPY", "UNCOMPRESSED", "ZSTD"],
  encodings: {
    BOOLEAN: ["PLAIN", "RLE"],
    BYTE_ARRAY: ["DELTA_BYTE_ARRAY", "DELTA_LENGTH_BYTE_ARRAY", "PLAIN", "RLE", "RLE_DICTIONARY"],
    DOUBLE: ["BYTE_STREAM_SPLIT", "PLAIN", "RLE", "RLE_DICTIONARY"],
    FIXED_LEN_BYTE_ARRAY: ["BYTE_STREAM_SPLIT", "DELTA_BYTE_ARRAY", "PLAIN", "RLE", "RLE_DICTIONARY"],
    FLOAT: ["BYTE_STREAM_SPLIT", "PLAIN", "RLE", "RLE_DICTIONARY"],
    INT32: ["BYTE_STREAM_SPLIT", "DELTA_BINARY_PACKED", "PLAIN", "RLE", "RLE_DICTIONARY"],
    INT64: ["BYTE_STREAM_SPLIT", "DELTA_BINARY_PACKED", "PLAIN", "RLE", "RLE_DICTIONARY"],
  },
};

describe("files of parquet-wasm are read right", () => {
  const columns = Object.keys(keptTypes)
    .filter((type) => !(type in notWritten))
    // Dictionaries may hold a null entry, and the writer makes something of it where the column says it has no nulls.
    .map((type, i) => ({ type, name: `c${i}`, nulls: type.startsWith("dictionary") ? 0.3 : [0, 0.3, 1][i % 3]! }));
  // Decimals beyond their own precision lose digits in the writer.
  const isDecimal = ({ type }: { type: string }) => type.startsWith("decimal");
  const recipe = { batches: [130], cut: [0, 0], seed: 31 } as const;
  const extreme = makeTable({ ...recipe, columns: columns.filter((column) => !isDecimal(column)) });
  const table = extreme.assign(makeTable({ ...recipe, columns: columns.filter(isDecimal), extremes: false }));

  const wanted = columnsOf(table);

  test("in every encoding, codec and version of pages", async () => {
    const seen = collectEncodings();
    for (const [i, codec] of codecs.entries()) {
      for (const choice of [0, 1, 2]) {
        for (const dictionary of [true, false]) {
          for (const version of [WriterVersion.V1, WriterVersion.V2]) {
            let properties = new WriterPropertiesBuilder()
              .setCompression(Compression[codec])
              .setWriterVersion(version)
              .setDictionaryEnabled(dictionary)
              .setDataPageSizeLimit(256)
              .setWriteBatchSize(16)
              .setMaxRowGroupSize(60 + i);
            for (const { name, type } of table.schema.fields) {
              const offered = encodingsOf[physicalType(type)]!;
              properties = properties.setColumnEncoding(name, offered[choice % offered.length]!);
            }
            const bytes = parquetWasmFile(table, properties);
            seen.add(bytes);
            await expectColumns(
              bytes,
              wanted,
              `${codec}, encodings ${choice}, dictionary ${dictionary}, version ${version}`,
            );
          }
        }
      }
    }
    expect(seen.met()).toEqual(met);
    expect(seen.gaps()).toEqual([]);
  });

  test("of every type but those it does not write", () => {
    const refused = Object.keys(keptTypes).filter((type) => {
      const table = makeTable({ ...recipe, columns: [{ type, name: "c0", nulls: 0.3 }], extremes: false });
      try {
        parquetWasmFile(table, new WriterPropertiesBuilder());
        return false;
      } catch (error) {
        expect(String(error)).toMatch(notWritten[type] ?? "nothing, for it is written");
        return true;
      }
    });
    expect(refused).toEqual(Object.keys(notWritten));
  });

  test("with columns nested in any way", async () => {
    // Decimals see above; nested columns of nulls come out of Arrow for JavaScript such that Arrow for Rust refuses them.
    const leaves = Object.keys(keptTypes).filter((type) => !type.startsWith("decimal") && type !== "null");
    const columns = fc.array(nestedFields(3, leaves), { minLength: 1, maxLength: 3 });
    await fc.assert(
      fc.asyncProperty(columns, fc.nat(40), fc.integer(), async (fields, rows, seed) => {
        const named = fields.map((field, i) => ({ ...field, name: `c${i}` }));
        const table = makeNestedTable({ columns: named, batches: [rows], cut: [0, 0], seed });
        const properties = new WriterPropertiesBuilder()
          .setDataPageSizeLimit(64)
          .setWriteBatchSize(8)
          .setMaxRowGroupSize(17);
        await expectColumns(parquetWasmFile(table, properties), columnsOf(table), "parquet-wasm");
      }),
      runs(60, 20261130),
    );
  });
});

/** How Arrow for Rust stores a type. */
function physicalType(type: DataType): string {
  const { typeId, bitWidth, precision, unit, dictionary } = type as DataType & {
    bitWidth?: number;
    precision?: number;
    unit?: number;
    dictionary?: DataType;
  };
  switch (typeId) {
    case -1:
      return physicalType(dictionary!);
    case 6:
      return "BOOLEAN";
    case 1:
      return "INT32";
    case 2:
      return bitWidth === 64 ? "INT64" : "INT32";
    case 3:
      return ["FIXED_LEN_BYTE_ARRAY", "FLOAT", "DOUBLE"][precision!]!;
    case 8:
      return unit === 0 ? "INT32" : "INT64";
    case 9:
      return unit! < 2 ? "INT32" : "INT64";
    case 10:
    case 18:
      return "INT64";
    case 7:
      return precision! <= 9 ? "INT32" : precision! <= 18 ? "INT64" : "FIXED_LEN_BYTE_ARRAY";
    case 15:
      return "FIXED_LEN_BYTE_ARRAY";
    default:
      return "BYTE_ARRAY";
  }
}
