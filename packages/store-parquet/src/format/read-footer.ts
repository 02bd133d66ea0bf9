import type { BlobSource } from "@larder/core";
import { damagedParquet, notParquet, parsing, unsupportedParquet } from "./parquet-errors.js";
import type { FileMetaData, ParquetFileReader } from "./parquet-file-reader.js";

/** The end of a file: its footer, and what of the rest came with it. */
export interface FileTail {
  readonly tailStart: number;
  readonly tail: Uint8Array;
  /** Bytes of the footer, which stand before the last 8. */
  readonly footerLength: number;
}

/** The footer of a file, and the bytes at the end that came with it. */
export interface ReadFooter extends FileTail {
  readonly metadata: FileMetaData;
}

/** Enough for the footer and the page index of most files, little enough for a preview. */
const firstRead = 1 << 16;

/**
 * Reads the footer: at most two ranges from the end of the file.
 *
 * @throws LarderError `not-parquet`, `damaged-parquet` or `unsupported-parquet`
 */
export async function readFooter(source: BlobSource, reader: ParquetFileReader): Promise<ReadFooter> {
  const found = await readTail(source);
  return { ...found, metadata: parsing("its footer", {}, () => reader.footer(found.tail)) };
}

/**
 * Reads the end of a file, and checks no more than where its footer begins.
 *
 * @param checkLength told the length of the footer before it is read, in bytes
 * @throws LarderError `not-parquet`, `damaged-parquet` or `unsupported-parquet`
 */
export async function readTail(source: BlobSource, checkLength?: (footerLength: number) => void): Promise<FileTail> {
  const { byteLength } = source;
  if (byteLength < 12) throw notParquet(`it has ${byteLength} bytes, and the smallest Parquet file has more`);
  let tailStart = Math.max(0, byteLength - firstRead);
  let tail = await source.slice(tailStart, byteLength);
  if (textAt(tail, tail.byteLength - 4) !== "PAR1") await refuseTail(source, tail);
  const footerLength = new DataView(tail.buffer, tail.byteOffset, tail.byteLength).getUint32(tail.byteLength - 8, true);
  if (footerLength > byteLength - 12) {
    throw damagedParquet("its footer would be longer than the file", { footerLength, byteLength });
  }
  checkLength?.(footerLength);
  if (footerLength + 8 > tail.byteLength) {
    tailStart = byteLength - footerLength - 8;
    tail = await source.slice(tailStart, byteLength);
  }
  return { tailStart, tail, footerLength };
}

async function refuseTail(source: BlobSource, tail: Uint8Array): Promise<never> {
  if (textAt(tail, tail.byteLength - 4) === "PARE") throw unsupportedParquet("its footer is encrypted");
  const head = await source.slice(0, 4);
  if (textAt(head, 0) === "PAR1") throw damagedParquet("it does not end with a footer");
  throw notParquet("it neither begins nor ends with the mark PAR1");
}

function textAt(bytes: Uint8Array, start: number): string {
  return String.fromCharCode(...bytes.subarray(start, start + 4));
}
