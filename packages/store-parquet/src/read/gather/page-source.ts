import { addUp } from "../../format/byte-slices.js";
import { unpackDeltas } from "../../format/delta.js";
import type { Indices } from "../../format/indices-below.js";
import type { ParquetLeaf } from "../../format/parquet-leaf.js";
import { packedIndices } from "../../format/run-length.js";
import { decodeValues, type PageValues, type PlainValues } from "../decode-values.js";
import type { PageParts } from "../page-parts.js";
import type { Workspace } from "./workspace.js";

/** The values of a page, of which as few as possible are decoded before it is known which are wanted. */
export type PageSource =
  | Exclude<PlainValues, { kind: "slices" }>
  /** Entries of the dictionary. */
  | { readonly kind: "indices"; readonly indices: Indices }
  /** Value i is from `starts[i]` to `ends[i]`; without `starts` each begins where the one before ends, the first at `first`. */
  | {
      readonly kind: "slices";
      readonly starts?: Int32Array;
      readonly first: number;
      readonly ends: Int32Array;
      readonly bytes: Uint8Array;
    }
  /** Each has its length in front, in 4 bytes. */
  | { readonly kind: "prefixed"; readonly bytes: Uint8Array }
  | { readonly kind: "none" };

/**
 * How the values of a page were come by: of `apart` only the wanted ones were read, of `slices`, `indices`, `direct` only they were
 * decoded, of `decoded` all. For tests.
 */
export type PickWay = "apart" | "slices" | "indices" | "direct" | "decoded";

/**
 * The values of a data page.
 *
 * @param present how many there are
 * @throws LarderError `damaged-parquet` where there are fewer, `unsupported-parquet`
 */
export function pageSource(
  leaf: ParquetLeaf,
  { encoding, values: bytes }: PageParts,
  present: number,
  space: Workspace,
): { source: PageSource; way: PickWay } {
  if (present === 0) return { source: { kind: "none" }, way: "direct" };
  if (leaf.type === "BYTE_ARRAY") {
    if (encoding === "PLAIN") return { source: { kind: "prefixed", bytes }, way: "slices" };
    if (encoding === "DELTA_LENGTH_BYTE_ARRAY") return { source: lengthsFirst(bytes, present, space), way: "slices" };
  }
  if (encoding === "RLE_DICTIONARY" || encoding === "PLAIN_DICTIONARY") {
    const indices = storedIndices(bytes, present);
    if (indices) return { source: { kind: "indices", indices }, way: "indices" };
  }
  // PLAIN values of one width are where they are: nothing is decoded.
  const way = encoding === "PLAIN" && leaf.type !== "BYTE_ARRAY" ? "direct" : "decoded";
  return { source: sourceOf(decodeValues(leaf, encoding, bytes, present)), way };
}

/** Values that are decoded, as a source. */
export function sourceOf(values: PageValues): PageSource {
  return values.kind === "slices" ? { ...values, first: 0 } : values;
}

/**
 * DELTA_LENGTH_BYTE_ARRAY: the lengths become the ends of the values.
 *
 * Source: https://github.com/apache/parquet-format/blob/master/Encodings.md#delta-length-byte-array-delta_length_byte_array--6
 */
function lengthsFirst(bytes: Uint8Array, present: number, space: Workspace): PageSource {
  const ends = space.numbers(present);
  const first = Math.min(unpackDeltas(bytes, 0, ends), bytes.byteLength);
  addUp(ends, first, bytes.byteLength);
  return { kind: "slices", first, ends, bytes };
}

/**
 * Indices that are one bit-packed run of whole bytes, as Larder writes them: a view. `undefined` for others.
 *
 * @param present indices in the page
 */
export function storedIndices(body: Uint8Array, present: number): Indices | undefined {
  const run = packedIndices(body);
  if (!run || (run.bitWidth !== 8 && run.bitWidth !== 16) || run.count < present) return undefined;
  const { bitWidth, start } = run;
  const end = start + present * (bitWidth / 8);
  if (end > body.length) return undefined;
  if (bitWidth === 8) return body.subarray(start, end);
  const pairs = body.subarray(start, end);
  const aligned = pairs.byteOffset % 2 === 0 ? pairs : new Uint8Array(pairs);
  return new Uint16Array(aligned.buffer, aligned.byteOffset, present);
}
