import { decompressAsync, decompressInto, isStoredPlainly, isThreaded } from "../format/decompress.js";
import type { StoredChunk } from "../format/file-layout.js";
import type { CompressionCodec, PageHeader } from "../format/parquet-file-reader.js";
import type { PageAt } from "./decode-chunk.js";
import type { DecodeMemory } from "./decode-memory.js";
import { compressedPart } from "./page-parts.js";
import type { PageAhead } from "./page-stream.js";
import type { ChunkPlan } from "./read-plan.js";
import { areAllRows, type RowRuns } from "./row-runs.js";

/** Uncompressed bytes of a chunk below which a promise costs more than it saves. */
const leastBytes = 2 ** 18;
/** Uncompressed bytes of pages decompressed before they are asked for. */
export const mostBytesAhead = 2 ** 22;
export const mostPagesAhead = 32;

/**
 * Hands out the pages of a chunk in their order and has those that come next decompressed in threads of libuv's pool, where all of
 * the chunk is wanted, it is large enough, and its codec can.
 */
export function pagesAhead(
  pages: Iterator<PageAt>,
  { chunk, pieces }: ChunkPlan,
  runs: RowRuns,
): { next(): PageAhead | undefined } {
  const { codec } = chunk.metadata;
  if (!(isWorthThreads(chunk) && pieces.length === 1 && areAllRows(runs, chunk.rows))) {
    return {
      next() {
        const { value, done } = pages.next();
        return done ? undefined : { header: value.header, body: value.body, plain: undefined };
      },
    };
  }
  const queue: (PageAhead & { readonly byteLength: number })[] = [];
  let bytesAhead = 0;
  let done = false;
  const fill = (): void => {
    while (!done && queue.length < mostPagesAhead && (queue.length === 0 || bytesAhead < mostBytesAhead)) {
      const next = pages.next();
      if (next.done) {
        done = true;
        return;
      }
      const { header, body } = next.value;
      queue.push({ header, body, plain: inThread(header, body, codec), byteLength: header.uncompressed_page_size });
      bytesAhead += header.uncompressed_page_size;
    }
  };
  return {
    next() {
      fill();
      const page = queue.shift();
      if (page) bytesAhead -= page.byteLength;
      return page;
    },
  };
}

/** Whether pages of a chunk should be decompressed in other threads, if all of them are wanted. */
export function isWorthThreads({ metadata }: StoredChunk): boolean {
  return isThreaded(metadata.codec) && Number(metadata.total_uncompressed_size) >= leastBytes;
}

/** Begins to decompress a page in another thread, unless it is stored as it is, or almost. @throws LarderError `damaged-parquet` */
export function inThread(
  header: PageHeader,
  body: Uint8Array,
  codec: CompressionCodec,
): Promise<Uint8Array> | undefined {
  // Pages of other kinds are passed over, whatever they hold.
  const isKnown = header.data_page_header ?? header.data_page_header_v2 ?? header.dictionary_page_header;
  const part = isKnown && compressedPart(header, body, codec);
  if (!part || isStoredPlainly(part.bytes, part.byteLength, codec)) return undefined;
  const plain = decompressAsync(part.bytes, part.byteLength, codec);
  // An error elsewhere must not leave it without a listener.
  plain.catch(() => {});
  return plain;
}

/** What a data page comes to that is stored almost as it is, in memory used again. @throws LarderError `damaged-parquet` */
export function plainHere(
  { header, body }: Pick<PageAhead, "header" | "body">,
  codec: CompressionCodec,
  memory: DecodeMemory,
): Uint8Array | undefined {
  const part = compressedPart(header, body, codec);
  if (!part || !isStoredPlainly(part.bytes, part.byteLength, codec)) return undefined;
  const target = memory.bytes(part.byteLength);
  decompressInto(part.bytes, target, codec);
  return target;
}
