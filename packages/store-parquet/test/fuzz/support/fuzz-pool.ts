import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type EncodeParquetOptions, encodeParquet } from "@larder/store-parquet";
import * as arrow from "apache-arrow";
import type { Encoding, ParquetType } from "hyparquet";
import { ByteWriter } from "hyparquet-writer";
import { serializeTCompactProtocol } from "hyparquet-writer/src/thrift.js";
import { Compression, WriterPropertiesBuilder, WriterVersion } from "parquet-wasm";
import { type CraftedColumn, craftFile } from "../../foreign/support/craft-file.js";
import { type Duckdb, openDuckdb } from "../../support/duckdb.js";
import { parquetWasmFile } from "../../support/parquet-wasm.js";
import { polarsFrame } from "../../support/polars.js";
import { keptTypes, makeTable, seededRandom } from "../../support/random-table.js";
import { type ColumnSpans, columnSpans, footerSpan, type Span } from "./page-spans.js";

/** A column of a sound file that is read after one of its pages was changed. */
export interface FuzzedColumn {
  readonly name: string;
  /** The file, beside the list. */
  readonly file: string;
  readonly column: string;
  /** A column of ascending numbers from 0 to look rows up by. */
  readonly key?: string;
  readonly rows: number;
  readonly spans: ColumnSpans;
  readonly footer: Span;
  /** Every page has a checksum. */
  readonly hasChecksums: boolean;
}

const rows = 100;
/** So many bytes lie between the pages and the footer, so that pages do not come with the footer but are read by themselves. */
const apart = 70_400;

/** Makes small files of all layouts in a folder, and their list in `columns.json`. */
export async function makeFuzzPool(folder: string, seed: number): Promise<FuzzedColumn[]> {
  mkdirSync(folder, { recursive: true });
  const pool: FuzzedColumn[] = [];
  const add: Add = (name, bytes, more) => {
    const file = `${pool.length}.parquet`;
    writeFileSync(join(folder, file), bytes);
    const [footer, spans] = [footerSpan(bytes), columnSpans(bytes, "c")];
    pool.push({ name, file, column: "c", rows, spans, footer, hasChecksums: false, ...more });
  };
  for (const profile of ["hot", "cold"] as const) {
    for (const [type, nulls] of Object.keys(keptTypes).flatMap((type) =>
      [0, 0.3, 1].map((share) => [type, share] as const),
    )) {
      // Of nothing but nulls a few are enough.
      if (nulls === 1 && !["bool", "int32", "utf8", "dictionary8", "decimal"].includes(type)) continue;
      const options = { profile, rowGroupRows: 64, pageRows: 24 } satisfies EncodeParquetOptions;
      const { bytes } = await encodeParquet(keyed(type, nulls, seed), options);
      add(`${profile}, ${type}, ${nulls}`, bytes, { key: "key" });
    }
  }
  // What the direct path has most to check in, some more often.
  for (const type of ["dictionary8", "utf8", "largeBinary", "bool"]) {
    for (const more of [1, 2, 3, 4]) {
      const { bytes } = await encodeParquet(keyed(type, (more % 2) * 0.2, seed + more), {
        rowGroupRows: 64,
        pageRows: 24,
      });
      add(`hot, ${type} again, ${more}`, bytes, { key: "key" });
    }
  }
  for (const type of ["bool", "int32", "int64", "float64", "utf8", "timestampMicrosecondZoned"]) {
    for (const nulls of [0, 0.3]) {
      const table = keyed(type, nulls, seed);
      for (const version of [WriterVersion.V1, WriterVersion.V2]) {
        for (const dictionary of [true, false]) {
          const properties = new WriterPropertiesBuilder()
            .setCompression(Compression.UNCOMPRESSED)
            .setWriterVersion(version)
            .setDictionaryEnabled(dictionary)
            .setDataPageSizeLimit(128)
            .setWriteBatchSize(8)
            .setMaxRowGroupSize(64);
          const name = `parquet-wasm V${version + 1}, dictionary ${dictionary}, ${type}, ${nulls}`;
          add(name, parquetWasmFile(table, properties), { key: "key" });
        }
      }
      const polars = join(folder, `polars-${type}-${nulls}`);
      const options = { compression: "uncompressed", rowGroupSize: 64, dataPageSize: 100 } as const;
      polarsFrame(table).lazy().sinkParquet(polars, options).collectSync();
      add(`Polars, ${type}, ${nulls}`, new Uint8Array(readFileSync(polars)), { key: "key" });
    }
  }
  await addDuckdb(folder, add);
  addCrafted(add, seed);
  writeFileSync(join(folder, "columns.json"), JSON.stringify(pool));
  return pool;
}

/** Adds a file whose column `c` is fuzzed. */
type Add = (name: string, bytes: Uint8Array, more: Partial<FuzzedColumn>) => void;

async function addDuckdb(folder: string, add: Add): Promise<void> {
  const duckdb: Duckdb = await openDuckdb();
  const values: Readonly<Record<string, string>> = {
    ints: "(i * 7919 % 1000)::INTEGER",
    longs: "i * 1000003",
    words: "'word ' || i % 9",
    texts: "repeat('x', (i % 7)::INTEGER) || i",
    floats: "i / 3.0",
    flags: "i % 3 = 0",
    decimals: "(i * 1.01)::DECIMAL(9, 2)",
  };
  for (const version of ["V1", "V2"]) {
    for (const codec of ["uncompressed", "snappy"]) {
      for (const [name, sql] of Object.entries(values)) {
        for (const value of [sql, `CASE WHEN i % 5 = 2 THEN NULL ELSE ${sql} END`]) {
          const path = join(folder, `duckdb-${version}-${codec}-${name}-${value.length}`);
          await duckdb.run(
            `COPY (SELECT ${value} AS c, i::INTEGER AS key, CASE WHEN i = 0 THEN repeat(md5('pad'), ${apart / 32}) ELSE '' END AS pad
               FROM range(${rows}) t(i)) TO '${path}' (FORMAT parquet, CODEC '${codec}', PARQUET_VERSION ${version})`,
          );
          const nulls = value === sql ? "" : ", with nulls";
          add(`DuckDB ${version} ${codec} ${name}${nulls}`, new Uint8Array(readFileSync(path)), { key: "key" });
        }
      }
    }
  }
  duckdb.close();
}

/** Pages with checksums, which no writer at hand makes. */
function addCrafted(add: Add, seed: number): void {
  const random = seededRandom(seed);
  const cases: readonly [ParquetType, number | undefined, readonly Encoding[]][] = [
    ["INT32", 4, ["PLAIN", "RLE_DICTIONARY", "DELTA_BINARY_PACKED"]],
    ["DOUBLE", 8, ["PLAIN", "BYTE_STREAM_SPLIT"]],
    ["BOOLEAN", 1, ["PLAIN", "RLE"]],
    ["BYTE_ARRAY", undefined, ["PLAIN", "RLE_DICTIONARY", "DELTA_LENGTH_BYTE_ARRAY", "DELTA_BYTE_ARRAY"]],
  ];
  for (const [type, width, encodings] of cases) {
    for (const encoding of encodings) {
      for (const version of [1, 2] as const) {
        for (const optional of [false, true]) {
          const someRow = () => {
            if (optional && random() < 0.3) return null;
            const length = width ?? Math.floor(random() * 6);
            return Uint8Array.from({ length }, () => Math.floor(random() * (type === "BOOLEAN" ? 2 : 5)));
          };
          const values = Array.from({ length: rows }, someRow);
          const recipe = { type, encoding, version, optional, rows: values, pageRows: 40, crc: "right" } as const;
          add(`crafted ${type} ${encoding} V${version} ${optional}`, withOffsetIndex(recipe), { hasChecksums: true });
        }
      }
    }
  }
}

/** The file with an offset index, and bytes that belong to nothing behind it, between the pages and the footer. */
function withOffsetIndex(recipe: CraftedColumn): Uint8Array {
  const bare = craftFile(recipe);
  const [at] = footerSpan(bare);
  const isDictionary = recipe.encoding.endsWith("_DICTIONARY");
  const pages = columnSpans(bare, "c").pages.slice(isDictionary ? 1 : 0);
  const writer = new ByteWriter();
  const locations = pages.map(({ header: [start], values: [, end] }, i) => ({
    field_1: BigInt(start),
    field_2: end - start,
    field_3: BigInt(i * recipe.pageRows!),
  }));
  serializeTCompactProtocol(writer, { field_1: locations });
  const index = writer.getBytes();
  const edit: CraftedColumn["edit"] = ({ row_groups: [group] }) => {
    const chunk = group!.columns[0]!;
    Object.assign(chunk, { offset_index_offset: BigInt(at), offset_index_length: index.byteLength });
    const nulls = recipe.rows.filter((row) => row === null).length;
    if (nulls === 0) chunk.meta_data!.statistics = { null_count: 0n };
  };
  const bytes = craftFile({ ...recipe, edit });
  const [start] = footerSpan(bytes);
  const between = new Uint8Array(apart);
  between.set(index);
  return new Uint8Array(Buffer.concat([bytes.subarray(0, start), between, bytes.subarray(start)]));
}

function keyed(type: string, nulls: number, seed: number): arrow.Table {
  return withKey(makeTable({ columns: [{ type, nulls, name: "c" }], batches: [60, 40], cut: [0, 0], seed }));
}

/** With a key, and after that a column that no codec makes small. */
function withKey(table: arrow.Table): arrow.Table {
  const random = seededRandom(apart);
  const data = Uint8Array.from({ length: apart }, () => Math.floor(random() * 256));
  const valueOffsets = Int32Array.from({ length: rows + 1 }, (_, i) => (i === 0 ? 0 : apart));
  const pad = new arrow.Vector([
    arrow.makeData({ type: new arrow.Binary(), length: rows, nullCount: 0, data, valueOffsets }),
  ]);
  const numbers = Int32Array.from({ length: rows }, (_, i) => i);
  const key = new arrow.Vector([
    arrow.makeData({ type: new arrow.Int32(), length: rows, nullCount: 0, data: numbers }),
  ]);
  return table.assign(new arrow.Table({ key, pad }));
}
