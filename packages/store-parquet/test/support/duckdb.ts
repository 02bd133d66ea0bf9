import { rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  DuckDBArrayType,
  type DuckDBArrayValue,
  type DuckDBBlobValue,
  type DuckDBDateValue,
  DuckDBDecimalType,
  type DuckDBDecimalValue,
  DuckDBInstance,
  DuckDBListType,
  type DuckDBListValue,
  DuckDBMapType,
  type DuckDBMapValue,
  DuckDBStructType,
  type DuckDBStructValue,
  type DuckDBType,
  DuckDBTypeId,
  type DuckDBValue,
} from "@duckdb/node-api";
import { bytesText, decimalText, floatText, listText, mapText, momentText, structText } from "./logical-text.js";

let counter = 0;

/** Runs SQL in DuckDB, an independent reader; `FILE` in it stands for the Parquet file. */
export async function duckdbRows(file: Uint8Array | string, sql: string): Promise<DuckDBValue[][]> {
  const duckdb = await openDuckdb();
  const path = typeof file === "string" ? file : join(tmpdir(), `larder-parquet-${process.pid}-${counter++}.parquet`);
  try {
    if (typeof file !== "string") await writeFile(path, file);
    return await duckdb.rows(sql.replaceAll("FILE", `'${path}'`));
  } finally {
    duckdb.close();
    if (typeof file !== "string") await rm(path, { force: true });
  }
}

/** A DuckDB in memory, for many queries. */
export interface Duckdb {
  readonly run: (sql: string) => Promise<void>;
  readonly rows: (sql: string) => Promise<DuckDBValue[][]>;
  /** The answer as DuckDB's own values and types. `$1`, `$2`, … in the question stand for the values. */
  readonly ask: (sql: string, values?: readonly TypedValue[]) => Promise<DuckdbAnswer>;
  /** The answer by column, each value as its logical text. */
  readonly columns: (sql: string) => Promise<DuckdbColumn[]>;
  readonly close: () => void;
}

/** A value of DuckDB with its type, to be given back to it. */
export interface TypedValue {
  readonly type: DuckDBType;
  readonly value: DuckDBValue;
}

export interface DuckdbAnswer {
  readonly types: readonly DuckDBType[];
  readonly rows: readonly DuckDBValue[][];
}

export interface DuckdbColumn {
  readonly name: string;
  /** As DuckDB writes it, such as `DECIMAL(20,4)`. */
  readonly type: string;
  /** See `logicalTexts`. */
  readonly texts: (string | null)[];
}

/** Opens a DuckDB in memory that keeps the order of rows. */
export async function openDuckdb(): Promise<Duckdb> {
  const instance = await DuckDBInstance.create(":memory:", { threads: "1" });
  const connection = await instance.connect();
  return {
    run: async (sql) => void (await connection.run(sql)),
    rows: async (sql) => (await connection.runAndReadAll(sql)).getRows(),
    ask: async (sql, values = []) => {
      const reader = await connection.runAndReadAll(
        sql,
        values.map(({ value }) => value),
        values.map(({ type }) => type),
      );
      return { types: reader.columnTypes(), rows: reader.getRows() };
    },
    columns: async (sql) => {
      const reader = await connection.runAndReadAll(sql);
      const values = reader.getColumns();
      return Array.from({ length: reader.columnCount }, (_, i) => {
        const type = reader.columnType(i);
        const texts = (values[i] ?? []).map((value) => textOf(type, value));
        return { name: reader.columnName(i), type: String(type), texts };
      });
    },
    close() {
      connection.closeSync();
      instance.closeSync();
    },
  };
}

function textOf(type: DuckDBType, value: DuckDBValue): string | null {
  if (value === null) return null;
  switch (type.typeId) {
    case DuckDBTypeId.FLOAT:
    case DuckDBTypeId.DOUBLE:
      return floatText(value as number);
    case DuckDBTypeId.VARCHAR:
    case DuckDBTypeId.ENUM:
      return JSON.stringify(value);
    case DuckDBTypeId.BLOB:
      return bytesText((value as DuckDBBlobValue).bytes);
    case DuckDBTypeId.DATE:
      return `day ${(value as DuckDBDateValue).days}`;
    case DuckDBTypeId.TIME:
      return `time ${(value as { micros: bigint }).micros * 1000n}`;
    case DuckDBTypeId.TIME_NS:
      return `time ${(value as { nanos: bigint }).nanos}`;
    case DuckDBTypeId.TIMESTAMP_S:
      return momentText((value as { seconds: bigint }).seconds * 1_000_000_000n, false);
    case DuckDBTypeId.TIMESTAMP_MS:
      return momentText((value as { millis: bigint }).millis * 1_000_000n, false);
    case DuckDBTypeId.TIMESTAMP:
      return momentText((value as { micros: bigint }).micros * 1000n, false);
    case DuckDBTypeId.TIMESTAMP_NS:
      return momentText((value as { nanos: bigint }).nanos, false);
    case DuckDBTypeId.TIMESTAMP_TZ:
      return momentText((value as { micros: bigint }).micros * 1000n, true);
    default:
  }
  if (type instanceof DuckDBDecimalType) return decimalText((value as DuckDBDecimalValue).value, type.scale);
  if (type instanceof DuckDBListType || type instanceof DuckDBArrayType) {
    const { items } = value as DuckDBListValue | DuckDBArrayValue;
    return listText(items.map((item) => textOf(type.valueType, item)));
  }
  if (type instanceof DuckDBStructType) {
    const { entries } = value as DuckDBStructValue;
    return structText(type.entryNames.map((name, i) => [name, textOf(type.entryTypes[i]!, entries[name]!)]));
  }
  if (type instanceof DuckDBMapType) {
    const { entries } = value as DuckDBMapValue;
    return mapText(entries.map((entry) => [textOf(type.keyType, entry.key), textOf(type.valueType, entry.value)]));
  }
  return String(value);
}
