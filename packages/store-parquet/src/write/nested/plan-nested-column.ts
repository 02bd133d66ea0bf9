import { LarderError } from "@larder/core";
import { type ArrowLikeData, type ArrowLikeField, type ArrowLikeType, ArrowTypeId } from "../../arrow/arrow-like.js";
import { childFields } from "../../arrow/nested-kind.js";
import type { EncodedChunk } from "../../format/encoded-chunk.js";
import { leafOf } from "../../format/parquet-leaf.js";
import type { ColumnMode, ColumnPlan } from "../encode-column.js";
import { storedLeaf } from "../encode-flat-column.js";
import { hasNulls } from "../gather-column.js";
import { encodeLeaf } from "./encode-leaf.js";
import { type Entries, elementEntries, endNulls, fieldEntries, type OnNull, rowEntries } from "./entries.js";
import { chunkWithNulls, leafSlots } from "./leaf-slots.js";
import { slotRuns } from "./slot-runs.js";
import { schemaElements, type WrittenLeafNode, type WrittenNode, writtenLeaves, writtenNode } from "./written-node.js";

/** Rows that are looked at together when nulls are looked for. */
const strideRows = 65_536;

/**
 * Plans a column of lists, structs or maps: Arrow's offsets and bitmaps become the levels of the Dremel encoding, and the
 * values of each leaf go the way of a flat column.
 *
 * Source: https://parquet.apache.org/docs/file-format/nestedencoding/
 */
export function planNestedColumn(
  field: ArrowLikeField,
  chunks: readonly ArrowLikeData[],
  mode: ColumnMode,
): ColumnPlan {
  const survey = surveyColumn(field, chunks, mode);
  const node = writtenNode(field, {
    isOptional: (at, place) => (mode.nullability === "found" ? survey.withNulls.has(place) : at.nullable),
    leafOf: (at, place, where) => storedLeaf({ ...at, name: where }, survey.seconds.get(place) ?? [], mode),
  });
  return {
    elements: schemaElements(node, field.name),
    leaves: writtenLeaves(node, [field.name]),
    async encode(start, end) {
      const encoded: EncodedChunk[] = [];
      const refuse = noteNulls(mode.rowsBefore + start, () => {});
      eachLeaf(node, rowsOf(chunks, start, end), 0, refuse, (leaf, entries, maxRepetition) => {
        const slots = leafSlots(leaf, entries, refuse);
        const distinctEntries = mode.distinctEntries?.inside?.(leaf.field, leaf.where);
        encoded.push(encodeLeaf({ node: leaf, maxRepetition, slots, mode, distinctEntries }));
      });
      return encoded;
    },
  };
}

/** Calls back with each leaf below a place, in file order, and with its entries, whose nulls at the leaf are not ended. */
function eachLeaf(
  node: WrittenNode,
  entries: Entries,
  maxRepetition: number,
  onNull: OnNull,
  onLeaf: (leaf: WrittenLeafNode, entries: Entries, maxRepetition: number) => void,
): void {
  if (node.kind === "leaf") {
    onLeaf(node, entries, maxRepetition);
    return;
  }
  const ended = endNulls(node, entries, onNull);
  if (node.kind === "list") {
    eachLeaf(node.element, elementEntries(node, ended), node.repetition, onNull, onLeaf);
    return;
  }
  for (const [i, field] of node.fields.entries()) {
    eachLeaf(field, fieldEntries(ended, i, field.where), maxRepetition, onNull, onLeaf);
  }
}

/** What has to be known of the rows of a column before the first is written. What lies below a null does not count. */
interface Survey {
  /** The places at which there is a null. */
  readonly withNulls: ReadonlySet<number>;
  /** The values of leaves in seconds, by place: Parquet has no seconds. */
  readonly seconds: ReadonlyMap<number, readonly ArrowLikeData[]>;
}

function surveyColumn(field: ArrowLikeField, chunks: readonly ArrowLikeData[], mode: ColumnMode): Survey {
  const withNulls = new Set<number>();
  const seconds = new Map<number, ArrowLikeData[]>();
  if (!isWorthASurvey(field.type, chunks, mode)) return { withNulls, seconds };
  const node = writtenNode(field, { isOptional: () => true, leafOf: (at) => leafOf(at.type)! });
  const rows = chunks.reduce((sum, chunk) => sum + chunk.length, 0);
  for (let start = 0; start < rows; start += strideRows) {
    const note = noteNulls(mode.rowsBefore + start, (place) => withNulls.add(place));
    eachLeaf(node, rowsOf(chunks, start, Math.min(start + strideRows, rows)), 0, note, (leaf, entries) => {
      const { type } = leaf.field;
      if (type.typeId !== ArrowTypeId.Dictionary && !isInSeconds(type)) {
        endNulls(leaf, entries, note);
        return;
      }
      const slots = leafSlots(leaf, entries, note);
      if (!isInSeconds(type.dictionary ?? type)) return;
      const known = seconds.get(leaf.place) ?? [];
      known.push(...(slots.indices?.chunks ?? [chunkWithNulls(type, slots.rows)]));
      seconds.set(leaf.place, known);
    });
  }
  return { withNulls, seconds };
}

/** `false` where it is plain that no null and no second would be found. */
function isWorthASurvey(type: ArrowLikeType, chunks: readonly ArrowLikeData[], mode: ColumnMode): boolean {
  if (isInSeconds(type.dictionary ?? type)) return true;
  if (mode.nullability === "found") {
    const dictionaries = chunks.flatMap(({ dictionary }) => dictionary?.data ?? []);
    if (type.typeId === ArrowTypeId.Null || [...chunks, ...dictionaries].some(hasNulls)) return true;
  }
  return childFields(type).some((child, i) => {
    const below = new Set(chunks.flatMap((chunk) => chunk.children?.[i] ?? []));
    return isWorthASurvey(child.type, [...below], mode);
  });
}

function isInSeconds({ typeId, unit }: ArrowLikeType): boolean {
  return unit === 0 && (typeId === ArrowTypeId.Time || typeId === ArrowTypeId.Timestamp);
}

function noteNulls(firstRow: number, onNull: (place: number) => void): OnNull {
  return (at, entries, entry) => {
    if (!at.optional) throw nullWhereNone(at, firstRow + rowOf(entries, entry));
    onNull(at.place);
  };
}

/** The rows from `start` to `end` of a column's chunks. */
function rowsOf(chunks: readonly ArrowLikeData[], start: number, end: number): Entries {
  const slots = slotRuns();
  let chunkStart = 0;
  for (const data of chunks) {
    slots.add(data, Math.max(start - chunkStart, 0), Math.min(end - chunkStart, data.length));
    chunkStart += data.length;
  }
  return rowEntries(slots.runs, end - start);
}

function rowOf({ repetition }: Entries, entry: number): number {
  let row = -1;
  for (let i = 0; i <= entry; i++) if (repetition[i] === 0) row++;
  return row;
}

function nullWhereNone({ where, inMap }: WrittenNode, row: number): LarderError {
  const column = JSON.stringify(where);
  if (inMap) {
    return new LarderError(
      `Column ${column} has a null in row ${row}, and no map can have a null among its keys. Leave the entry out.`,
      { code: "null-map-key", facts: { column: where, row } },
    );
  }
  return new LarderError(
    `Column ${column} is declared not nullable and has a null in row ${row}. Declare it nullable, or leave the row out.`,
    { code: "null-in-required-column", facts: { column: where, row } },
  );
}
