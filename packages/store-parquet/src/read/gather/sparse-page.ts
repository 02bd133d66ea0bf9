import { addUp } from "../../format/byte-slices.js";
import { unpackDeltas } from "../../format/delta.js";
import type { PageContext } from "../decode-page.js";
import type { PageForm } from "../direct/page-form.js";
import type { OpenedFile } from "../opened-file.js";
import { pageParts } from "../page-parts.js";
import { placeRows } from "./page-places.js";
import type { PageSource } from "./page-source.js";
import { pageValidity } from "./page-validity.js";
import { readApart, type ValueBounds } from "./read-apart.js";
import type { WantedPage } from "./wanted-pages.js";
import type { Workspace } from "./workspace.js";

/** A read takes as long as copying so many bytes from the page cache, and its block. */
const readBytes = 12 * 1024;
/** Room for the header of a page. */
const leastHeadBytes = 512;

/**
 * How many bytes of a page are to be read first, where few of its values are wanted and each can be read by itself; `undefined` where
 * reading all of it costs less.
 *
 * @param form of a chunk that may have it
 * @param optional whether there may be nulls
 */
export function headBytes(
  form: PageForm,
  optional: boolean,
  { start, end, from, to, rowCount, textBytes }: WantedPage,
  { blockBytes, scatters }: OpenedFile,
): number | undefined {
  if (blockBytes === undefined || !scatters) return undefined;
  const byteLength = end - start;
  let head: number;
  if (form.kind === "fixed") head = Math.max(leastHeadBytes + (optional ? rowCount >>> 3 : 0), blockBytes);
  else if (form.kind === "bytes" && textBytes !== undefined) head = byteLength - textBytes;
  else return undefined;
  const cost = head + readBytes + (to - from) * (blockBytes + readBytes);
  return head > 0 && cost < byteLength ? head : undefined;
}

/** A page of which no more is to be read than its head and the wanted values. */
export interface SparsePage {
  readonly form: PageForm;
  readonly context: PageContext;
  readonly page: WantedPage;
  /** The first bytes of the page, as many as {@link headBytes} told. */
  readonly head: Uint8Array;
}

/** The wanted values of a page; their places are in the workspace. */
export interface SparseValues {
  readonly source: PageSource;
  readonly nulls: number;
}

/**
 * Reads the wanted values of a page one by one.
 *
 * @param rows wanted rows of the file
 * @returns `undefined` where the page is not of the form, has a checksum, or contradicts its index: then all of it is to be read
 * @throws LarderError `damaged-parquet`, `unsupported-parquet` where it is not sound; what the source throws
 */
export async function sparseValues(
  file: OpenedFile,
  { form, context, page, head }: SparsePage,
  rows: Int32Array,
  space: Workspace,
): Promise<SparseValues | undefined> {
  const { start, end, from, to } = page;
  const { header, end: bodyStart } = context.reader.pageHeader(head, 0);
  const bodyBytes = end - start - bodyStart;
  const isWhole = header.compressed_page_size === bodyBytes && header.uncompressed_page_size === bodyBytes;
  // A checksum is of all bytes.
  if (header.type !== "DATA_PAGE_V2" || !isWhole || header.crc !== undefined) return undefined;
  const parts = pageParts(header, head.subarray(bodyStart), "UNCOMPRESSED", 0, context.optional ? 1 : 0);
  if (parts.entries !== page.rowCount) return undefined;
  const validity = parts.definition && pageValidity(parts.definition, parts.entries);
  const { present, nulls } = placeRows({ rows, ...page }, parts.entries, validity, space.places);
  if (parts.nullCount !== parts.entries - present) return undefined;
  if (nulls === to - from) return { source: { kind: "none" }, nulls };
  const valuesStart = start + head.byteLength - parts.values.byteLength;
  const count = to - from - nulls;
  if (form.kind === "fixed") {
    const { width } = form;
    if (parts.encoding !== "PLAIN" || valuesStart + present * width > end) return undefined;
    return { source: await fixedApart(file, valuesStart, width, count, { from, to }, space), nulls };
  }
  const { textBytes } = page;
  if (parts.encoding !== "DELTA_LENGTH_BYTE_ARRAY" || textBytes === undefined) return undefined;
  const ends = space.numbers(present);
  if (unpackDeltas(parts.values, 0, ends) !== parts.values.byteLength) return undefined;
  addUp(ends, 0, textBytes);
  return { source: await bytesApart(file, end - textBytes, ends, count, { from, to }, space), nulls };
}

interface Places {
  readonly from: number;
  readonly to: number;
}

async function fixedApart(
  file: OpenedFile,
  base: number,
  width: number,
  count: number,
  { from, to }: Places,
  { places }: Workspace,
): Promise<PageSource> {
  const bounds = boundsOf(count);
  let next = 0;
  for (let i = from; i < to; i++) {
    const place = places[i]!;
    if (place < 0) continue;
    bounds.starts[next] = place * width;
    bounds.ends[next++] = (place + 1) * width;
  }
  const bytes = await readApart(file, base, bounds, width);
  next = 0;
  for (let i = from; i < to; i++) if (places[i]! >= 0) places[i] = bounds.starts[next++]! / width;
  return { kind: "fixed", count: Math.floor(bytes.byteLength / width), width, bytes };
}

async function bytesApart(
  file: OpenedFile,
  base: number,
  allEnds: Int32Array,
  count: number,
  { from, to }: Places,
  { places }: Workspace,
): Promise<PageSource> {
  const bounds = boundsOf(count);
  let next = 0;
  for (let i = from; i < to; i++) {
    const place = places[i]!;
    if (place < 0) continue;
    bounds.starts[next] = place === 0 ? 0 : allEnds[place - 1]!;
    bounds.ends[next] = allEnds[place]!;
    places[i] = next++;
  }
  return { kind: "slices", first: 0, ...bounds, bytes: await readApart(file, base, bounds, 1) };
}

function boundsOf(count: number): ValueBounds {
  return { starts: new Int32Array(count), ends: new Int32Array(count) };
}
