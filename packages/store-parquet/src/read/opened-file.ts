import { type Awaitable, type BlobSource, checkRange, scatterBytes, totalBytes } from "@larder/core";
import { type Arrow, loadArrow } from "../arrow/load-arrow.js";
import { loadCodecs } from "../format/codecs/codec-table.js";
import { describeFile, type FileLayout } from "../format/file-layout.js";
import { damagedParquet, parsing } from "../format/parquet-errors.js";
import { type FooterStatistics, loadParquetReader, type ParquetFileReader } from "../format/parquet-file-reader.js";
import { readFooter } from "../format/read-footer.js";
import type { ByteRange } from "./byte-ranges.js";
import { limitConcurrency } from "./limit-concurrency.js";
import { pageIndexCache } from "./page-index-cache.js";

/** A Parquet file of which nothing is read until asked, and whose footer is read once. */
export interface OpenedFile {
  /** Reads the footer, the first time. */
  open(): Promise<FileParts>;
  /** Bytes of the file; what came with the footer is not read again. */
  readRange(range: ByteRange): Promise<Uint8Array>;
  /** Whether the source fills memory that is there; then its reads cost little enough to be many. */
  readonly scatters: boolean;
  /**
   * Fills the targets, one after another, with the bytes from `start` on, without a copy where the source {@link scatters}. It answers
   * without a promise where the source does.
   */
  readInto(start: number, targets: readonly Uint8Array[]): Awaitable<void>;
  /** Bytes of page indexes, which are read once. */
  readIndexes(ranges: readonly ByteRange[]): Promise<Uint8Array[]>;
  /** Whether a range came with the footer. To be asked once it has been opened. */
  isHeld(range: ByteRange): boolean;
  /** Statistics in the footer. To be asked once it has been opened. */
  statistics(): FooterStatistics;
  /** Ranges with at most so many bytes between them are read as one. */
  readonly gapBytes: number;
  /** As the source states it: a read costs about as much as the whole blocks of so many bytes that it touches. */
  readonly blockBytes: number | undefined;
  /** Whether pages may be read straight into columns, and values picked out of pages; else all goes the general way. */
  readonly direct: boolean;
  /** Bytes read from the source so far. */
  readonly bytesRead: number;
}

/** Ranges asked of a source at one time, at most. */
const mostReads = 16;

/** What reading needs besides bytes. */
export interface FileParts {
  readonly arrow: Arrow;
  readonly reader: ParquetFileReader;
  readonly layout: FileLayout;
}

/** Whether files are read directly unless it is said. */
export const directByDefault: boolean = process.env.LARDER_DIRECT_TABLES !== "off";

/** Wraps a source. A failed opening is tried again the next time. */
export function openedFile(source: BlobSource, gapBytes = 0, direct: boolean = directByDefault): OpenedFile {
  let bytesRead = 0;
  let tail = new Uint8Array(0);
  let tailStart = source.byteLength;
  let parts: Promise<FileParts> | undefined;
  let statistics: FooterStatistics | undefined;
  let parseStatistics: ParquetFileReader["statistics"] | undefined;

  const counted: BlobSource = {
    byteLength: source.byteLength,
    async slice(start, end = source.byteLength) {
      const bytes = await source.slice(start, end);
      if (bytes.byteLength !== end - start)
        throw damagedParquet("its source returned fewer bytes than it has", { start, end });
      bytesRead += bytes.byteLength;
      return bytes;
    },
  };

  const openOnce = async (): Promise<FileParts> => {
    const reader = await loadParquetReader();
    const footer = await readFooter(counted, reader);
    const arrow = await loadArrow();
    const layout = describeFile(arrow, footer.metadata, source.byteLength);
    await loadCodecs(layout.rowGroups.flatMap((group) => group.chunks.map((chunk) => chunk.metadata.codec)));
    tail = new Uint8Array(footer.tail);
    tailStart = footer.tailStart;
    parseStatistics = reader.statistics;
    return { arrow, reader, layout };
  };

  const limited = limitConcurrency(mostReads, ({ start, end }: ByteRange) => counted.slice(start, end));
  const isHeld = ({ start }: ByteRange): boolean => start >= tailStart;
  const readRange = async (range: ByteRange): Promise<Uint8Array> =>
    isHeld(range) ? tail.subarray(range.start - tailStart, range.end - tailStart) : limited(range);

  const readInto = (start: number, targets: readonly Uint8Array[]): Awaitable<void> => {
    const length = totalBytes(targets);
    const end = start + length;
    checkRange(start, end, source.byteLength);
    if (source.readInto && !isHeld({ start, end })) {
      bytesRead += length;
      return source.readInto(start, targets);
    }
    return readRange({ start, end }).then((bytes) => scatterBytes(bytes, 0, targets));
  };

  return {
    gapBytes,
    blockBytes: source.blockBytes,
    direct,
    scatters: source.readInto !== undefined,
    readInto,
    isHeld,
    readRange,
    readIndexes: pageIndexCache(readRange),
    statistics() {
      statistics ??= parsing("its statistics", {}, () => parseStatistics!(tail));
      return statistics;
    },
    open() {
      parts ??= openOnce().catch((error: unknown) => {
        parts = undefined;
        throw error;
      });
      return parts;
    },
    get bytesRead() {
      return bytesRead;
    },
  };
}
