import type { PageLocation } from "../../format/parquet-file-reader.js";
import type { ChunkFacts } from "./chunk-facts.js";
import type { PageForm } from "./page-form.js";

/** Where the parts of one page are expected: what comes ahead of its values, the values, padding behind them. */
export interface PredictedPage {
  /** The place of its chunk among those of the column. */
  readonly chunk: number;
  /** Where its header begins, from the start of the file. */
  readonly offset: number;
  readonly byteLength: number;
  /** Its first row, from the start of the Arrow chunk. */
  readonly row: number;
  readonly rows: number;
  readonly nullCount: number;
  /** Bytes that go straight into the buffer of values; 0 where the values are worked on. */
  readonly valueBytes: number;
  /** Bytes behind them that fill up the last group of eight indices. */
  readonly paddingBytes: number;
}

/**
 * The pages of a chunk as they should be when they have a form, or `undefined` when they can't have it. Pages must
 * follow one another without a gap: then they are the ones that a reader without an index finds.
 *
 * @param place the place of the chunk among those of the column
 * @param firstRow the row of the Arrow chunk that the column chunk begins with
 */
export function predictPages(
  form: PageForm,
  facts: ChunkFacts,
  place: number,
  firstRow: number,
): PredictedPage[] | undefined {
  const { locations, nullCounts, chunk } = facts;
  const pages: PredictedPage[] = [];
  let offset = facts.start;
  for (let i = 0; i < locations.length; i++) {
    const location = locations[i]!;
    const rows = (locations[i + 1]?.firstRow ?? chunk.rows) - location.firstRow;
    const nullCount = nullCounts[i]!;
    const count = rows - nullCount;
    if (location.offset !== offset || !(count >= 0 && nullCount >= 0)) return undefined;
    const sizes = sizesOf(form, location, count);
    const { byteLength } = location;
    // A header takes some bytes at least.
    if (!sizes || sizes.valueBytes + sizes.paddingBytes >= byteLength) return undefined;
    const row = firstRow + location.firstRow;
    pages.push({ chunk: place, offset, byteLength, row, rows, nullCount, ...sizes });
    offset += byteLength;
  }
  return pages;
}

function sizesOf(
  form: PageForm,
  { unencodedBytes }: PageLocation,
  count: number,
): Pick<PredictedPage, "valueBytes" | "paddingBytes"> | undefined {
  switch (form.kind) {
    case "fixed":
      return { valueBytes: count * form.width, paddingBytes: 0 };
    case "decoded":
      return { valueBytes: 0, paddingBytes: 0 };
    case "bytes":
      return unencodedBytes !== undefined && unencodedBytes >= 0 && Number.isSafeInteger(unencodedBytes)
        ? { valueBytes: unencodedBytes, paddingBytes: 0 }
        : undefined;
    case "indices": {
      const packed = Math.ceil(count / 8) * 8;
      return { valueBytes: count * form.width, paddingBytes: (packed - count) * form.width };
    }
  }
}
