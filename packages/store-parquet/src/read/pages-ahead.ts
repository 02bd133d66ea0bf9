import { decompressAsync, isThreaded } from "../format/decompress.js";
import type { PageHeader } from "../format/parquet-file-reader.js";
import type { PageAt } from "./decode-chunk.js";
import { compressedPart } from "./page-parts.js";
import type { ChunkPlan } from "./read-plan.js";
import { areAllRows, type RowRuns } from "./row-runs.js";

/** A page, and what its compressed part comes to, where that is being found out in another thread. */
export interface PageAhead {
  readonly header: PageHeader;
  readonly body: Uint8Array;
  readonly plain: Promise<Uint8Array> | undefined;
}

/** Uncompressed bytes of a chunk below which a promise costs more than it saves. */
const leastBytes = 2 ** 18;
/** Uncompressed bytes of pages decompressed before they are asked for. */
const mostBytesAhead = 2 ** 22;
const mostPagesAhead = 32;

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
  const isAhead =
    isThreaded(codec) &&
    Number(chunk.metadata.total_uncompressed_size) >= leastBytes &&
    pieces.length === 1 &&
    areAllRows(runs, chunk.rows);
  if (!isAhead) {
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
      // Pages of other kinds are passed over, whatever they hold.
      const isKnown = header.data_page_header ?? header.data_page_header_v2 ?? header.dictionary_page_header;
      const part = isKnown && compressedPart(header, body, codec);
      const plain = part && decompressAsync(part.bytes, part.byteLength, codec);
      // An error elsewhere must not leave it without a listener.
      plain?.catch(() => {});
      queue.push({ header, body, plain, byteLength: header.uncompressed_page_size });
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
