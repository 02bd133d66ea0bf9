import { type BlobSource, LarderError, openFileSource } from "@larder/core";
import type { ForeignLimits } from "./foreign/foreign-limits.js";
import { foreignTable } from "./foreign/foreign-table.js";
import { openedFile } from "./read/opened-file.js";
import { parquetScan } from "./scan/parquet-scan.js";
import type { ParquetTable } from "./scan/parquet-table.js";

/** How a table is opened. */
export interface OpenParquetOptions {
  /**
   * Parts of the file with at most so many bytes between them are read as one; default 0. Worth some thousands for a
   * source where every request takes its time, such as an object store.
   */
  readonly gapBytes?: number;
  /**
   * `false`: every page is decoded by the general way, which gives the same values more slowly. Default `true`, unless
   * the environment has `LARDER_DIRECT_TABLES=off`.
   */
  readonly direct?: boolean;
  /**
   * `"own"`, the default: bytes that are what was written, for their checksum was verified. `"foreign"`: bytes that nobody
   * vouches for, which are parsed by a process of its own under `limits`.
   */
  readonly trust?: "own" | "foreign";
  /** What reading a foreign file may take. */
  readonly limits?: ForeignLimits;
}

/**
 * Opens a Parquet table over any source of bytes. Nothing is read until a scan is; every scan shares the footer.
 * Errors come from scans: LarderError `not-parquet`, `damaged-parquet`, `unsupported-parquet`; of a foreign file also
 * `foreign-limit` and `foreign-crash`, and `closed-table` where it was closed.
 */
export function openParquet(source: BlobSource, options: OpenParquetOptions = {}): ParquetTable {
  return tableOver(source, async () => {}, options);
}

/** Opens a Parquet file on the local disk; close the table when done. @throws the error of the file system */
export async function openParquetFile(path: string | URL, options: OpenParquetOptions = {}): Promise<ParquetTable> {
  const source = await openFileSource(path);
  try {
    return tableOver(source, () => source.close(), options);
  } catch (error) {
    await source.close();
    throw error;
  }
}

function tableOver(
  source: BlobSource,
  release: () => Promise<void>,
  { gapBytes = 0, trust = "own", limits, direct }: OpenParquetOptions,
): ParquetTable {
  if (!(Number.isInteger(gapBytes) && gapBytes >= 0)) {
    throw invalidOption("gapBytes", gapBytes, `must be a whole number of at least 0, not ${gapBytes}.`);
  }
  if (direct !== undefined && typeof direct !== "boolean") {
    throw invalidOption("direct", direct, `is true or false, not ${JSON.stringify(direct)}.`);
  }
  if (trust === "foreign") return foreignTable(source, { limits, gapBytes, release });
  if (trust !== "own") throw invalidOption("trust", trust, `is "own" or "foreign", not ${JSON.stringify(trust)}.`);
  const file = openedFile(source, gapBytes, direct);
  let closed: Promise<void> | undefined;
  const close = (): Promise<void> => {
    closed ??= release();
    return closed;
  };
  return { scan: () => parquetScan(file), close, [Symbol.asyncDispose]: close };
}

function invalidOption(option: string, value: unknown, what: string): LarderError {
  return new LarderError(`The option ${option} ${what}`, { code: "invalid-option", facts: { option, value } });
}
