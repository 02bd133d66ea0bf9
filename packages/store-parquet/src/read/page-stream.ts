import type { Awaitable } from "@larder/core";
import type { PageHeader, ParquetFileReader } from "../format/parquet-file-reader.js";

/** A page, and what its compressed part comes to, where that is being found out in another thread. */
export interface PageAhead {
  readonly header: PageHeader;
  /** What follows the header. But for a dictionary's, it is good until the next page is asked for. */
  readonly body: Uint8Array;
  readonly plain: Promise<Uint8Array> | undefined;
}

/** The pages of one piece of a chunk, in their order. */
export interface PageStream {
  /** The next page; `undefined` behind the last one. @throws LarderError `damaged-parquet` for what is no page */
  next(): Awaitable<PageAhead | undefined>;
}

/** The pages of a piece of a chunk, by its place among the pieces. To be called once for each, in their order. */
export type PagesOfPiece = (piece: number, reader: ParquetFileReader) => PageStream;
