import { countBits, getBit } from "../../format/bitmaps.js";
import { damagedParquet } from "../../format/parquet-errors.js";
import type { PageHeader } from "../../format/parquet-file-reader.js";
import { type DecodedPage, decodePage, type PageContext } from "../../read/decode-page.js";
import { decodeValues, type PageValues } from "../../read/decode-values.js";
import { type PageParts, pageParts } from "../../read/page-parts.js";
import { pageValidity } from "./page-validity.js";
import { pickIndices, pickSlices, pickValues } from "./pick-values.js";

/** Wanted rows of one page. */
export interface PageRows {
  /** Ascending, counted from anywhere. */
  readonly rows: Int32Array;
  /** Those from place `from` to place `to` are of the page. */
  readonly from: number;
  readonly to: number;
  /** The row that the page begins with, counted alike. */
  readonly firstRow: number;
}

/** A page as if it held wanted rows only. */
export interface PickedPage {
  readonly page: DecodedPage;
  /** Rows that hold a value. */
  readonly values: number;
  /** Which way it was picked; for tests and measurements. */
  readonly way: PickWay;
}

/** `whole`: all of its rows are wanted. `slices`, `indices`, `direct`: no other value was decoded. `decoded`: all were. */
export type PickWay = "whole" | "slices" | "indices" | "direct" | "decoded";

/**
 * Picks wanted rows out of a page of a flat column. What is picked may be views of `body`.
 *
 * @param body what follows the header
 * @throws LarderError `damaged-parquet`, `unsupported-parquet`
 */
export function pickedPage(context: PageContext, header: PageHeader, body: Uint8Array, wanted: PageRows): PickedPage {
  const rows = wanted.to - wanted.from;
  const { num_rows: pageRows } = header.data_page_header_v2 ?? {};
  if (rows === pageRows || !header.data_page_header_v2) {
    const page = decodePage(context, header, body);
    if (rows === page.rows) return { page, values: page.rows - page.nullCount, way: "whole" };
    return picked(page.values, page.validity, page.rows, wanted, "decoded");
  }
  const parts = pageParts(header, body, context.codec, 0, context.optional ? 1 : 0);
  const validity = parts.definition && pageValidity(parts.definition.bytes, parts.entries);
  const present = validity ? countBits(validity, 0, parts.entries) : parts.entries;
  if (parts.nullCount !== parts.entries - present) {
    throw damagedParquet("the number of nulls in a page is not as stated");
  }
  return pickedOfParts(context, parts, validity, present, wanted);
}

function pickedOfParts(
  { leaf }: PageContext,
  { encoding, values: bytes, entries }: PageParts,
  validity: Uint8Array | undefined,
  present: number,
  wanted: PageRows,
): PickedPage {
  if (present > 0 && encoding === "PLAIN" && leaf.type === "BYTE_ARRAY") {
    return pickedBy((places) => pickSlices(bytes, places), validity, entries, wanted, "slices");
  }
  if (present > 0 && (encoding === "RLE_DICTIONARY" || encoding === "PLAIN_DICTIONARY")) {
    const indices = pickIndices(bytes, present);
    if (indices) return pickedBy(indices, validity, entries, wanted, "indices");
  }
  // PLAIN values of one width are where they are: nothing is decoded.
  const direct = encoding === "PLAIN" && leaf.type !== "BYTE_ARRAY";
  const values = decodeValues(leaf, encoding, bytes, present);
  return picked(values, validity, entries, wanted, direct ? "direct" : "decoded");
}

function picked(
  values: PageValues,
  validity: Uint8Array | undefined,
  entries: number,
  wanted: PageRows,
  way: PickWay,
): PickedPage {
  return pickedBy((places) => pickValues(values, places), validity, entries, wanted, way);
}

function pickedBy(
  pick: (places: Int32Array) => PageValues,
  validity: Uint8Array | undefined,
  entries: number,
  { rows, from, to, firstRow }: PageRows,
  way: PickWay,
): PickedPage {
  const count = to - from;
  if (rows[from]! < firstRow || rows[to - 1]! >= firstRow + entries) {
    throw damagedParquet("a page does not hold the rows that its index states");
  }
  const places = new Int32Array(count);
  if (!validity) {
    for (let i = 0; i < count; i++) places[i] = rows[from + i]! - firstRow;
    return { page: { rows: count, nullCount: 0, values: pick(places) }, values: count, way };
  }
  const kept = new Uint8Array((count + 7) >>> 3);
  let values = 0;
  let before = 0;
  let counted = 0;
  for (let i = 0; i < count; i++) {
    const row = rows[from + i]! - firstRow;
    if (getBit(validity, row) === 0) continue;
    before += countBits(validity, counted, row - counted);
    counted = row;
    places[values++] = before;
    kept[i >>> 3]! |= 1 << (i & 7);
  }
  const found = pick(places.subarray(0, values));
  return { page: { rows: count, nullCount: count - values, values: found, validity: kept }, values, way };
}
