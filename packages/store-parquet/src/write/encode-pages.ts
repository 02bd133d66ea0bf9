import { copyBits, countBits } from "../format/bitmaps.js";
import type { BoundsOrder } from "../format/bounds-order.js";
import { breathe, isTimeToBreathe } from "../format/breathe.js";
import { putVarint } from "../format/delta-encode.js";
import type { EncodedBounds, EncodedPage } from "../format/encoded-chunk.js";
import type { Indices } from "../format/indices-below.js";
import { boundsOf } from "./column-bounds.js";
import type { GatheredRows } from "./gather-column.js";
import { indexBytes, indexPieces, presentOf, usedOf } from "./index-bodies.js";
import { evenCuts, type PageLayout, pageCuts } from "./page-layout.js";
import { type PresentValues, presentValues } from "./present-values.js";
import { valueBody } from "./value-bodies.js";

/** How the pages of a flat column are made. */
export interface PageMode {
  /** Whether there are definition levels. */
  readonly optional: boolean;
  readonly layout: PageLayout;
}

/**
 * Cuts rows into pages of values, nulls left out. The event loop gets its turns between pages.
 *
 * @param order without one the pages have no bounds
 * @returns the pages, and the values of each
 */
export async function encodeValuePages(
  column: GatheredRows,
  { optional, layout }: PageMode,
  order: BoundsOrder | undefined,
): Promise<{ pages: EncodedPage[]; values: PresentValues[] }> {
  const pages: EncodedPage[] = [];
  const allValues: PresentValues[] = [];
  for (const [start, end] of pageCuts(column, layout)) {
    const { levels, nullCount } = encodeLevels(column, start, end, optional);
    const values = presentValues(column, start, end, nullCount);
    const bounds = order && boundsOf(order, values, end - start - nullCount);
    allValues.push(values);
    pages.push({ ...flatPage(start, end, nullCount, levels), ...valueBody(values, layout), ...(bounds && { bounds }) });
    if (isTimeToBreathe()) await breathe();
  }
  return { pages, values: allValues };
}

/**
 * Cuts rows into pages of dictionary indices. The event loop gets its turns between pages.
 *
 * @param indices one for each row, any where it is null
 * @param boundsOfUsed the bounds of a page by the entries that it uses
 */
export async function encodeIndexPages(
  column: GatheredRows,
  indices: Indices,
  dictionarySize: number,
  { optional, layout }: PageMode,
  boundsOfUsed: (used: Uint8Array) => EncodedBounds | undefined,
): Promise<EncodedPage[]> {
  const pages: EncodedPage[] = [];
  for (const [start, end] of evenCuts(column.rows, indexBytes(dictionarySize), layout)) {
    const { levels, nullCount } = encodeLevels(column, start, end, optional);
    const present = nullCount === 0 ? indices.subarray(start, end) : presentOf(indices, column.validity!, start, end);
    const bounds = present.length > 0 ? boundsOfUsed(usedOf(present, dictionarySize)) : undefined;
    const body = indexPieces(present, dictionarySize);
    const page = flatPage(start, end, nullCount, levels);
    pages.push({ ...page, encoding: "RLE_DICTIONARY", body, ...(bounds && { bounds }) });
    if (isTimeToBreathe()) await breathe();
  }
  return pages;
}

const noLevels = new Uint8Array(0);

function flatPage(start: number, end: number, nullCount: number, definitionLevels: Uint8Array) {
  const rows = end - start;
  return { firstRow: start, rows, entries: rows, nullCount, repetitionLevels: noLevels, definitionLevels };
}

/** Definition levels as one run: repeated where all are alike, else bit-packed, which is the bitmap itself. */
function encodeLevels(
  { validity }: GatheredRows,
  start: number,
  end: number,
  optional: boolean,
): { levels: Uint8Array; nullCount: number } {
  const rows = end - start;
  const nullCount = validity ? rows - countBits(validity, start, rows) : 0;
  if (!optional) return { levels: noLevels, nullCount };
  const byteCount = (rows + 7) >>> 3;
  const levels = new Uint8Array(byteCount + 6);
  if (nullCount === 0 || nullCount === rows) {
    const at = putVarint(levels, 0, rows << 1);
    levels[at] = nullCount === 0 ? 1 : 0;
    return { levels: levels.slice(0, at + 1), nullCount };
  }
  const at = putVarint(levels, 0, (byteCount << 1) | 1);
  copyBits(validity!, start, levels, at * 8, rows);
  return { levels: levels.subarray(0, at + byteCount), nullCount };
}
