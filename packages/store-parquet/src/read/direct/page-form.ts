import { type ArrowLikeType, ArrowTypeId } from "../../arrow/arrow-like.js";
import { widthOf } from "../../arrow/type-size.js";
import type { ReadableColumn, StoredChunk } from "../../format/file-layout.js";
import type { ParquetLeaf } from "../../format/parquet-leaf.js";
import { conversionOf } from "../../format/value-conversion.js";
import { physicalWidth } from "../decode-values.js";

/** How the values of a column would have to lie in its pages to be read straight into an Arrow buffer. */
export type PageForm =
  /** PLAIN values of `width` bytes each, as Arrow has them. */
  | { readonly kind: "fixed"; readonly width: number }
  /** All lengths, then all bytes; `large` where the offsets of the Arrow column have 64 bits. */
  | { readonly kind: "bytes"; readonly large: boolean }
  /** Indices in one bit-packed run of whole bytes; `width` bytes make up one index of the Arrow column. */
  | { readonly kind: "indices"; readonly width: number }
  /** Any encoding but indices: values that take some work, or too few bytes to spare a copy. */
  | { readonly kind: "decoded" };

/** The form that the pages of a column must have, or `undefined` where it is none of these. */
export function pageFormOf({ shape, field, leaves }: ReadableColumn): PageForm | undefined {
  if (shape.kind !== "leaf") return undefined;
  const { leaf } = leaves[0]!;
  const type: ArrowLikeType = field.type;
  switch (type.typeId) {
    case ArrowTypeId.Null:
      return undefined;
    case ArrowTypeId.Bool:
      return { kind: "decoded" };
    case ArrowTypeId.Utf8:
    case ArrowTypeId.Binary:
      return leaf.type === "BYTE_ARRAY" ? { kind: "bytes", large: false } : undefined;
    case ArrowTypeId.LargeUtf8:
    case ArrowTypeId.LargeBinary:
      return leaf.type === "BYTE_ARRAY" ? { kind: "bytes", large: true } : undefined;
    case ArrowTypeId.Dictionary:
      return leaf.type === "BOOLEAN" ? undefined : { kind: "indices", width: widthOf(type) };
    default:
      return isStoredAlike(type, leaf) ? { kind: "fixed", width: widthOf(type) } : { kind: "decoded" };
  }
}

/** Whether a value has the same bytes in a page and in an Arrow buffer. */
function isStoredAlike(type: ArrowLikeType, leaf: ParquetLeaf): boolean {
  if (leaf.type === "BOOLEAN" || leaf.type === "BYTE_ARRAY" || leaf.type === "INT96") return false;
  return conversionOf(type, leaf) === "none" && physicalWidth(leaf) === widthOf(type);
}

/** Whether the footer leaves it possible that the pages of a chunk have a form. Saves a read that would be in vain. */
export function mayHaveForm(form: PageForm, { metadata, offsetIndex }: StoredChunk): boolean {
  if (metadata.codec !== "UNCOMPRESSED" || !offsetIndex) return false;
  const { encodings } = metadata;
  const hasIndices = encodings.includes("RLE_DICTIONARY") || encodings.includes("PLAIN_DICTIONARY");
  if (form.kind === "indices") return hasIndices;
  if (hasIndices) return false;
  return form.kind === "decoded" || encodings.includes(form.kind === "bytes" ? "DELTA_LENGTH_BYTE_ARRAY" : "PLAIN");
}
