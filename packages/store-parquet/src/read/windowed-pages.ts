import type { Awaitable } from "@larder/core";
import { damagedParquet } from "../format/parquet-errors.js";
import type { PageHeader, ParquetFileReader } from "../format/parquet-file-reader.js";
import { checkPageSizes } from "./decode-chunk.js";
import type { OpenedFile } from "./opened-file.js";
import type { ChunkPlan } from "./read-plan.js";
import { type Window, windowBytes, windows } from "./windows.js";

/** A page, and the window that its body lies in: held once, for who takes the page. */
export interface WindowedPage {
  readonly header: PageHeader;
  readonly body: Uint8Array;
  readonly window: Window;
}

/** The pages of chunks, one after the other. */
export interface WindowedPages {
  /**
   * The next page of a chunk, by its place; `undefined` behind its last. Chunks come in their order; one may be left before its end.
   *
   * @throws LarderError `damaged-parquet`, or what reading throws
   */
  next(place: number): Awaitable<WindowedPage | undefined>;
}

/** Most headers are shorter, unless their statistics are long. */
const headerBytes = 2 ** 12;

/**
 * Reads whole chunks through windows that are used again. Chunks that lie side by side share them, so that no byte is read twice. To be
 * asked for one page at a time.
 *
 * @param leastBytes how much is read at a time, at least: tests want many reads of few bytes
 */
export function windowedPages(
  file: OpenedFile,
  reader: ParquetFileReader,
  chunks: readonly ChunkPlan[],
  leastBytes: number = windowBytes,
): WindowedPages {
  const memory = windows();
  const runEnds = endsOfRuns(chunks);
  let window: Window | undefined;
  /** What the window holds, and where the next page begins, all counted from the start of the file. */
  let from = 0;
  let to = 0;
  let at = 0;
  let place = -1;
  /** Values of the chunk that have not been met yet. */
  let valuesLeft = 0;

  const begin = (next: number): void => {
    const { chunk } = chunks[next]!;
    place = next;
    at = chunk.start;
    valuesLeft = Number(chunk.metadata.num_values);
    if (window && at >= from && at <= to) return;
    window?.release();
    window = undefined;
    from = at;
    to = at;
  };

  /** Reads on, so that there are at least `needed` bytes from the next page on. */
  const readOn = (needed: number): Awaitable<void> => {
    const held = to - at;
    const end = Math.min(at + Math.max(needed, leastBytes), runEnds[place]!);
    // Not in the middle of a block, if possible: the rest of it would be read again.
    const block = file.blockBytes ?? 1;
    const stop = Math.max(at + needed, end === runEnds[place] ? end : end - (end % block));
    const next = memory.take(stop - at);
    if (window) next.memory.set(window.memory.subarray(at - from, to - from));
    window?.release();
    window = next;
    from = at;
    const read = file.readInto(to, [next.memory.subarray(held, stop - at)]);
    if (!(read instanceof Promise)) {
      to = stop;
      return;
    }
    return read.then(() => {
      to = stop;
    });
  };

  /** The next page, or how many bytes it takes to tell. */
  const pageOrNeed = ({ chunk }: ChunkPlan): WindowedPage | number => {
    const held = Math.min(to, chunk.end) - at;
    const left = chunk.end - at;
    if (held < Math.min(left, headerBytes, leastBytes)) return Math.min(left, headerBytes, leastBytes);
    const bytes = window!.memory.subarray(at - from, at - from + held);
    let found: ReturnType<ParquetFileReader["pageHeader"]>;
    try {
      found = reader.pageHeader(bytes, 0);
    } catch (error) {
      // What was read may end within it.
      if (held < left) return Math.min(left, held * 2);
      throw error;
    }
    const { header, end: start } = found;
    checkPageSizes(header, chunk);
    const length = start + header.compressed_page_size;
    if (length > left) throw damagedParquet("a page exceeds its column");
    if (length > held) return length;
    at += length;
    valuesLeft -= header.data_page_header_v2?.num_values ?? header.data_page_header?.num_values ?? 0;
    window!.hold();
    return { header, body: bytes.subarray(start, length), window: window! };
  };

  const nextPage = (): Awaitable<WindowedPage | undefined> => {
    const plan = chunks[place]!;
    const { start, end, metadata } = plan.chunk;
    for (;;) {
      if (!(at < end && (valuesLeft > 0 || at - start < Number(metadata.total_compressed_size)))) return undefined;
      const found = pageOrNeed(plan);
      if (typeof found !== "number") return found;
      const read = readOn(found);
      if (read instanceof Promise) return read.then(nextPage);
    }
  };

  return {
    next(wanted) {
      if (wanted !== place) begin(wanted);
      return nextPage();
    },
  };
}

/** For each chunk, where what lies side by side with it ends. */
function endsOfRuns(chunks: readonly ChunkPlan[]): number[] {
  const ends = chunks.map(({ chunk }) => chunk.end);
  for (let i = chunks.length - 2; i >= 0; i--) {
    const next = chunks[i + 1]!.chunk;
    if (next.start >= chunks[i]!.chunk.start && next.start <= ends[i]!) ends[i] = Math.max(ends[i]!, ends[i + 1]!);
  }
  return ends;
}
