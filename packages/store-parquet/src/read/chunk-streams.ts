import type { ParquetFileReader } from "../format/parquet-file-reader.js";
import type { OpenedFile } from "./opened-file.js";
import type { PageAhead, PageStream } from "./page-stream.js";
import { inThread, isWorthThreads, mostBytesAhead, mostPagesAhead } from "./pages-ahead.js";
import type { ChunkPlan } from "./read-plan.js";
import { type WindowedPage, windowedPages } from "./windowed-pages.js";
import type { Window } from "./windows.js";

/** What comes next of a chunk: a page, what went wrong, or neither at its end. */
interface Step {
  readonly place: number;
  readonly page?: PageAhead & { readonly window: Window };
  readonly failure?: { readonly error: unknown };
}

/**
 * Reads whole chunks, one after the other, into memory that is used again. Pages that come next, those of the next chunks too, are
 * decompressed in other threads meanwhile.
 *
 * @param leastBytes how much is read at a time, at least
 * @returns the pages of a chunk by its place: to be called once for each, in their order. With it the one before is over
 */
export function chunkStreams(
  file: OpenedFile,
  reader: ParquetFileReader,
  chunks: readonly ChunkPlan[],
  leastBytes?: number,
): (place: number) => PageStream {
  const pages = windowedPages(file, reader, chunks, leastBytes);
  const queue: Step[] = [];
  let bytesAhead = 0;
  /** The chunk that is read. */
  let place = 0;
  let hasFailed = false;
  /** A read that takes its time. It never fails. */
  let reading: Promise<void> | undefined;
  /** The page that was handed out last. */
  let lent: Step | undefined;

  const isEnough = (): boolean => {
    if (hasFailed || place >= chunks.length) return true;
    if (queue.length === 0) return false;
    return bytesAhead >= mostBytesAhead || queue.length >= mostPagesAhead || !isWorthThreads(chunks[place]!.chunk);
  };

  const add = (found: WindowedPage | undefined): void => {
    if (!found) {
      queue.push({ place: place++ });
      return;
    }
    const { chunk } = chunks[place]!;
    const { header, window } = found;
    const { codec } = chunk.metadata;
    // A dictionary is looked at until its chunk ends, and held against that of the next.
    const isKept = header.type === "DICTIONARY_PAGE" && codec === "UNCOMPRESSED";
    const body = isKept ? found.body.slice() : found.body;
    const plain = isWorthThreads(chunk) ? inThread(header, body, codec) : undefined;
    queue.push({ place, page: { header, body, plain, window } });
    bytesAhead += header.uncompressed_page_size;
  };

  const fail = (error: unknown): void => {
    hasFailed = true;
    queue.push({ place, failure: { error } });
  };

  /** Goes on until enough is ahead, or a read takes its time; then once that is done. */
  const fill = (): void => {
    while (!reading && !isEnough()) {
      try {
        const found = pages.next(place);
        if (found instanceof Promise) {
          reading = found
            .then(add)
            .catch(fail)
            .then(() => {
              reading = undefined;
              fill();
            });
        } else add(found);
      } catch (error) {
        fail(error);
      }
    }
  };

  const take = (): Step => {
    const step = queue.shift()!;
    if (step.page) bytesAhead -= step.page.header.uncompressed_page_size;
    return step;
  };

  /** Nobody looks at a page any more, but a thread perhaps. */
  const leave = (step: Step | undefined): void => {
    const { window, plain } = step?.page ?? {};
    if (plain) plain.then(window!.release, window!.release);
    else window?.release();
  };

  /** The next step of a chunk; what is left of those before it is passed over. */
  const stepOf = async (wanted: number): Promise<Step> => {
    leave(lent);
    lent = undefined;
    for (;;) {
      while (queue.length > 0 && queue[0]!.place < wanted) {
        const step = take();
        if (step.failure) hasFailed = false;
        leave(step);
      }
      if (!reading && place < wanted) place = wanted;
      fill();
      if (queue.length > 0) {
        if (queue[0]!.place === wanted) return take();
      } else await reading;
    }
  };

  return (wanted) => {
    let isOver = false;
    return {
      async next() {
        if (isOver) return undefined;
        const step = await stepOf(wanted);
        isOver = step.page === undefined;
        if (step.failure) throw step.failure.error;
        lent = step;
        return step.page;
      },
    };
  };
}
