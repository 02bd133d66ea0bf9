import { readFile, stat } from "node:fs/promises";
import { LarderError } from "@larder/core";
import type { Table } from "apache-arrow";
import { type OpenParquetOptions, openParquetFile } from "../open-parquet.js";
import { type CsvOptions, csvTable } from "./csv-table.js";
import { jsonTable } from "./json-table.js";
import { type LegacyFile, legacyFiles, readablePath, warningsOf } from "./legacy-files.js";
import type { LegacyItem, LegacyReader } from "./legacy-reader.js";

/** How files are read. */
export interface FileLegacyReaderOptions {
  /** Of `.csv` files. */
  readonly csv?: CsvOptions;
  /**
   * Of `.parquet` files. Nobody vouches for them, so each is read by a process of its own under `limits`, unless `trust` is `"own"`: that
   * is faster and has no limits, but a damaged file may end this process, or be read as other values.
   */
  readonly parquet?: Pick<OpenParquetOptions, "trust" | "limits">;
}

/** In the order of preference: the more a format says of its types, the earlier. */
const extensions = ["parquet", "json", "csv"] as const;

/**
 * Reads a directory of `<node>.parquet`, `<node>.json` and `<node>.csv` files that have no metadata beside them. The item is the
 * name of the file without its extension, letter by letter; directories within are not looked into. Where an item has several
 * files, Parquet goes before JSON and JSON before CSV, and a warning of the item names the others.
 *
 * Rules of types: {@link csvTable}, {@link jsonTable}. CSV and JSON are read whole and at once, so a file takes several times
 * its size of memory, and one beyond 512 MB can't be read. None of these formats has a checksum: a file that is cut short between two
 * rows, or changed without breaking its format, can't be told from a sound one.
 */
export function fileLegacyReader(directory: string, options: FileLegacyReaderOptions = {}): LegacyReader {
  return {
    name: "files",
    async *list() {
      for (const file of (await legacyFiles(directory, extensions)).values()) yield await itemOf(file);
    },
    async read(item) {
      const file = (await legacyFiles(directory, extensions)).get(item);
      if (file === undefined) return undefined;
      return readTable(file, await readablePath(directory, file), options);
    },
  };
}

async function itemOf(file: LegacyFile): Promise<LegacyItem> {
  const { item, path } = file;
  // A link that leads nowhere is an item all the same; reading it says what is wrong.
  const byteLength = await stat(path).then(
    ({ size }) => size,
    () => undefined,
  );
  return {
    item,
    origin: path,
    file: path,
    ...(byteLength !== undefined && { byteLength }),
    warnings: warningsOf(file),
  };
}

async function readTable(file: LegacyFile, path: string, options: FileLegacyReaderOptions): Promise<Table> {
  if (file.extension === "parquet") return parquetTable(path, file.path, options.parquet);
  const bytes = await readFile(path);
  return file.extension === "csv" ? csvTable(bytes, file.path, options.csv) : jsonTable(bytes, file.path);
}

async function parquetTable(
  path: string,
  origin: string,
  options: FileLegacyReaderOptions["parquet"] = {},
): Promise<Table> {
  const table = await openParquetFile(path, { trust: "foreign", ...options });
  try {
    return await table.scan().toArrow();
  } catch (error) {
    if (!LarderError.isInstance(error)) throw error;
    const { code, message, facts } = error;
    throw new LarderError(`${origin} can't be read: ${message}`, { code, facts: { ...facts, origin }, cause: error });
  } finally {
    await table.close();
  }
}
