import type { Data, DataType } from "apache-arrow";
import { type ArrowLikeType, ArrowTypeId } from "../../arrow/arrow-like.js";
import type { Arrow } from "../../arrow/load-arrow.js";
import { childTypes } from "../../arrow/nested-kind.js";
import { typeText } from "../../arrow/type-text.js";
import { getBit } from "../../format/bitmaps.js";
import { childColumn } from "./child-column.js";
import { offsetMemory } from "./column-memory.js";
import type { Picks } from "./picks.js";
import type { Validity } from "./take-bits.js";
import { refuseMany, takeOffsets, wideOffsets } from "./take-bytes.js";
import { takeColumn } from "./take-column.js";

/** Rows of columns of lists of any kind, and of maps. */
export function takeLists(
  arrow: Arrow,
  type: DataType,
  sources: readonly Data[],
  picks: Picks,
  validity: Validity,
): Data {
  const { typeId } = type as ArrowLikeType;
  if (typeId === ArrowTypeId.FixedSizeList) return takeFixedLists(arrow, type, sources, picks, validity);
  const children = sources.map((source) => childColumn(arrow, type, source, 0));
  const lists = sources.map((source, i) => ({ offsets: offsetMemory(source), size: children[i]!.length }));
  const offsets = new Float64Array(picks.length + 1);
  const starts = new Float64Array(picks.length);
  takeOffsets(lists, picks, validity.nullBitmap, offsets, starts);
  const child = takeElements(arrow, type, children, picks, offsets, starts);
  const valueOffsets = typeId === ArrowTypeId.LargeList ? wideOffsets(offsets) : new Int32Array(offsets);
  return arrow.makeData({ type, length: picks.length, ...validity, valueOffsets, child } as never) as Data;
}

function takeFixedLists(
  arrow: Arrow,
  type: DataType,
  sources: readonly Data[],
  picks: Picks,
  validity: Validity,
): Data {
  const { listSize: size = 0 } = type as ArrowLikeType;
  const { length, row } = picks;
  const offsets = Float64Array.from({ length: length + 1 }, (_, i) => i * size);
  const starts = Float64Array.from({ length }, (_, i) => {
    const isNull = row[i]! < 0 || (validity.nullBitmap !== undefined && getBit(validity.nullBitmap, i) === 0);
    return isNull ? -1 : row[i]! * size;
  });
  const children = sources.map((source) => childColumn(arrow, type, source, 0));
  const child = takeElements(arrow, type, children, picks, offsets, starts);
  return arrow.makeData({ type, length, ...validity, child } as never) as Data;
}

/**
 * @param children elements of each source
 * @param starts first element of a row that has any, in its source; -1: its elements are null
 */
function takeElements(
  arrow: Arrow,
  type: DataType,
  children: readonly Data[],
  { length, source }: Picks,
  offsets: Float64Array,
  starts: Float64Array,
): Data {
  const total = offsets[length]!;
  // Rows are counted in 32 bits, also those of the sources.
  for (const size of [total, ...children.map((child) => child.length)])
    refuseMany(size, typeText(type as ArrowLikeType));
  const rows = new Int32Array(total);
  const places = source && new Uint16Array(total);
  for (let i = 0; i < length; i++) {
    const begin = offsets[i]!;
    const end = offsets[i + 1]!;
    const start = starts[i]!;
    for (let at = begin; at < end; at++) rows[at] = start < 0 ? -1 : start + at - begin;
    places?.fill(source![i]!, begin, end);
  }
  const picks = { length: total, row: rows, ...(places && { source: places }) };
  return takeColumn(arrow, childTypes(type)[0]!, children, picks);
}
