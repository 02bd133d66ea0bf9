import type { TaggedBytes } from "../tagged-bytes.js";
import type { ArrowData, ArrowType } from "./arrow-shape.js";
import { type Refuse, typeId } from "./arrow-type.js";
import { type Column, createColumn, type Piece } from "./column.js";
import { writeDictionary } from "./dictionary-digest.js";
import { writeFixedWidth } from "./fixed-width-digest.js";
import { clearMasked, copyBits, createBitmap, forEachValidRun } from "./validity.js";
import { offsetAt, writeLengths, writeVariableWidth } from "./variable-width-digest.js";

/**
 * Writes the logical values of a column: which rows are null, then the values of the others, in an order and form
 * that does not depend on how they lie in memory. Works on whole buffers, never value by value.
 */
export function writeColumn(column: Column, out: TaggedBytes, refuse: Refuse): void {
  if (column.type.typeId === typeId.dictionary) {
    writeDictionary(column, out, refuse);
    return;
  }
  writeValidity(column, out);
  switch (column.type.typeId) {
    case typeId.null:
      return;
    case typeId.bool:
      writeBits(column, out, refuse);
      return;
    case typeId.int:
    case typeId.float:
    case typeId.decimal:
    case typeId.date:
    case typeId.time:
    case typeId.timestamp:
    case typeId.interval:
    case typeId.duration:
    case typeId.fixedSizeBinary:
      writeFixedWidth(column, out, refuse);
      return;
    case typeId.utf8:
    case typeId.largeUtf8:
    case typeId.binary:
    case typeId.largeBinary:
      writeVariableWidth(column, out, refuse);
      return;
    case typeId.list:
    case typeId.largeList:
    case typeId.map:
      writeLengths(column, out, refuse);
      writeElements(column, out, refuse, ({ data }, from, to) => {
        const start = offsetAt(data, from, refuse);
        return { data: data.children[0]!, from: start, length: offsetAt(data, to, refuse) - start };
      });
      return;
    case typeId.fixedSizeList: {
      const size = column.type.listSize as number;
      writeElements(column, out, refuse, ({ data }, from, to) => {
        return { data: data.children[0]!, from: from * size, length: (to - from) * size };
      });
      return;
    }
    case typeId.struct:
      writeFields(column, out, refuse);
      return;
    default:
      refuse(`it has the Arrow type ${String(column.type)}, which is not supported`);
  }
}

/** One byte saying whether any row is null, then the bitmap if so. */
export function writeValidity(column: Column, out: TaggedBytes): void {
  out.byte(column.validity === undefined ? 0 : 1);
  if (column.validity !== undefined) out.bytes(column.validity);
}

function writeBits(column: Column, out: TaggedBytes, refuse: Refuse): void {
  const bits = createBitmap(column.length, false);
  for (const { data, from, length, row } of column.pieces) {
    if (data.type.typeId === typeId.null) continue;
    const values = data.values;
    if (!(values instanceof Uint8Array) || values.length * 8 < data.offset + from + length) {
      refuse("its values are shorter than its length");
    }
    copyBits(values as Uint8Array, data.offset + from, bits, row, length);
  }
  if (column.validity !== undefined) clearMasked(bits, column.validity);
  out.bytes(bits);
}

type ElementsOf = (piece: Piece, from: number, to: number) => { data: ArrowData; from: number; length: number };

/** The elements of the lists that are not null, as a column of their own. */
function writeElements(column: Column, out: TaggedBytes, refuse: Refuse, elementsOf: ElementsOf): void {
  const field = (column.type.children as readonly { type: ArrowType }[] | undefined)?.[0];
  if (field === undefined) refuse("its list type has no element type");
  const runs: { data: ArrowData; from: number; length: number }[] = [];
  for (const piece of column.pieces) {
    if (piece.data.type.typeId === typeId.null) continue;
    if (piece.data.children.length !== 1) refuse("it is a list without elements");
    forEachValidRun(column.validity, piece.row, piece.row + piece.length, (start, end) => {
      runs.push(elementsOf(piece, start - piece.row + piece.from, end - piece.row + piece.from));
    });
  }
  const elements = createColumn(field.type, runs, undefined, refuse);
  out.count(elements.length);
  writeColumn(elements, out, refuse);
}

function writeFields(column: Column, out: TaggedBytes, refuse: Refuse): void {
  const fields = (column.type.children ?? []) as readonly { type: ArrowType }[];
  fields.forEach((field, index) => {
    const runs = column.pieces.map(({ data, from, length }) => {
      if (data.type.typeId === typeId.null) return { data, from, length };
      const child = data.children[index];
      if (child === undefined) return refuse("it is a struct without one of its fields");
      return { data: child, from, length };
    });
    writeColumn(createColumn(field.type, runs, column.validity, refuse), out, refuse);
  });
}
