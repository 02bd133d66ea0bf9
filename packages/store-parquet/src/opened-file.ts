import type { BlobSource } from "@larder/core";
import { describeFile, type FileLayout } from "./file-layout.js";
import { type Arrow, loadArrow } from "./load-arrow.js";
import { damagedParquet } from "./parquet-errors.js";
import { loadCodecs, loadParquetReader, type ParquetFileReader } from "./parquet-file-reader.js";
import { readFooter } from "./read-footer.js";
import type { ByteRange } from "./read-plan.js";

/** A Parquet file of which nothing is read until asked, and whose footer is read once. */
export interface OpenedFile {
  /** Reads the footer, the first time. */
  open(): Promise<FileParts>;
  /** Bytes of the file; what came with the footer is not read again. */
  readRange(range: ByteRange): Promise<Uint8Array>;
  /** Bytes read from the source so far. */
  readonly bytesRead: number;
}

/** What reading needs besides bytes. */
export interface FileParts {
  readonly arrow: Arrow;
  readonly reader: ParquetFileReader;
  readonly layout: FileLayout;
}

/** Wraps a source. A failed opening is tried again the next time. */
export function openedFile(source: BlobSource): OpenedFile {
  let bytesRead = 0;
  let tail = new Uint8Array(0);
  let tailStart = source.byteLength;
  let parts: Promise<FileParts> | undefined;

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
    return { arrow, reader, layout };
  };

  return {
    open() {
      parts ??= openOnce().catch((error: unknown) => {
        parts = undefined;
        throw error;
      });
      return parts;
    },
    async readRange({ start, end }) {
      if (start >= tailStart) return tail.subarray(start - tailStart, end - tailStart);
      return counted.slice(start, end);
    },
    get bytesRead() {
      return bytesRead;
    },
  };
}
