import type { Data, Field } from "apache-arrow";
import { type ArrowLikeType, ArrowTypeId } from "../../arrow/arrow-like.js";
import { typeText } from "../../arrow/type-text.js";
import { getBit } from "../../format/bitmaps.js";
import { int32sOver } from "../../format/value-conversion.js";
import type { PartColumn } from "../part-record.js";
import { fixedMemory, validityMemory } from "./column-memory.js";

/**
 * What a part tells of a column: its name, type and metadata, and of 64-bit integers, also in a dictionary, whether each value
 * is at most 2⁵³ in size, so that a double holds it. (Entries of a dictionary count whether a row uses them or not.)
 *
 * @param chunks of the column, all of the field's type
 * @throws LarderError `ragged-table`
 */
export function describeColumn(field: Field, chunks: readonly Data[]): PartColumn {
  const type = field.type as ArrowLikeType;
  const valueType = type.dictionary ?? type;
  const isLong = valueType.typeId === ArrowTypeId.Int && valueType.bitWidth === 64;
  const values = type.dictionary ? [...new Set(chunks.flatMap((chunk) => chunk.dictionary?.data ?? []))] : chunks;
  return {
    name: field.name,
    type: typeText(type),
    ...(isLong && { fitsDouble: values.every((data) => areDoubles(data, valueType.isSigned !== false)) }),
    ...(field.metadata.size > 0 && { metadata: Object.fromEntries(field.metadata) }),
  };
}

function areDoubles(data: Data, isSigned: boolean): boolean {
  const words = int32sOver(fixedMemory(data, 8));
  const validity = validityMemory(data);
  const most = 2 ** 21;
  const least = isSigned ? -most : 0;
  for (let row = 0; row < data.length; row++) {
    const high = words[row * 2 + 1]!;
    if (high >= least && (high < most || (high === most && words[row * 2] === 0))) continue;
    if (!validity || getBit(validity.bytes, validity.offset + row) === 1) return false;
  }
  return true;
}
