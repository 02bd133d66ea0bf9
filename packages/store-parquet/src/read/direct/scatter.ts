import type { PredictedPage } from "./predict-pages.js";

/** A page whose bytes have been scattered: the values to where they stay, the rest to the side. */
export interface ScatteredPage extends PredictedPage {
  /** Header, levels, and whatever else stands ahead of the values. */
  readonly ahead: Uint8Array;
  /** Where its values begin in the buffer of values, in bytes. */
  readonly valuesAt: number;
  readonly padding: Uint8Array;
}

/** One read of neighbouring pages. */
export interface ScatteredRead {
  readonly start: number;
  readonly targets: readonly Uint8Array[];
}

/** Large enough that a read costs no more than its bytes, small enough that several fit side by side. */
const readBytes = 4 << 20;
/** A call of the system takes so many memories at least. */
const mostTargets = 1000;

/**
 * Lays out where the bytes of pages go, and in which reads.
 *
 * @param values the buffer of values
 * @param placeOf where the values of a page go in it, in bytes
 */
export function scatterPages(
  pages: readonly PredictedPage[],
  values: Uint8Array,
  placeOf: (page: PredictedPage) => number,
): { pages: ScatteredPage[]; reads: ScatteredRead[] } {
  const scattered: ScatteredPage[] = [];
  const reads: ScatteredRead[] = [];
  for (let from = 0; from < pages.length; ) {
    const to = endOfRead(pages, from);
    // What is put aside of one read is one memory.
    let asideBytes = 0;
    for (let i = from; i < to; i++) asideBytes += pages[i]!.byteLength - pages[i]!.valueBytes;
    const aside = freshBytes(asideBytes);
    const targets: Uint8Array[] = [];
    let at = 0;
    const putAside = (length: number): Uint8Array => {
      at += length;
      return aside.subarray(at - length, at);
    };
    for (let i = from; i < to; i++) {
      const page = pages[i]!;
      const { byteLength, valueBytes, paddingBytes } = page;
      const ahead = putAside(byteLength - valueBytes - paddingBytes);
      const valuesAt = placeOf(page);
      const padding = putAside(paddingBytes);
      targets.push(ahead, values.subarray(valuesAt, valuesAt + valueBytes), padding);
      scattered.push({ ...page, ahead, valuesAt, padding });
    }
    reads.push({ start: pages[from]!.offset, targets: targets.filter((target) => target.byteLength > 0) });
    from = to;
  }
  return { pages: scattered, reads };
}

function endOfRead(pages: readonly PredictedPage[], from: number): number {
  const first = pages[from]!;
  let end = first.offset;
  let to = from;
  while (to < pages.length && (to - from + 1) * 3 <= mostTargets) {
    const page = pages[to]!;
    const isNext = page.offset === end && page.offset + page.byteLength - first.offset <= readBytes;
    if (to > from && !isNext) break;
    end = page.offset + page.byteLength;
    to++;
  }
  return to;
}

/** Memory that holds anything: every byte of it has to be written. Zeroing it first would cost as much as reading into it. */
export function freshBytes(byteLength: number): Uint8Array<ArrayBuffer> {
  const memory = Buffer.allocUnsafeSlow(byteLength);
  return new Uint8Array(memory.buffer as ArrayBuffer, memory.byteOffset, byteLength);
}
