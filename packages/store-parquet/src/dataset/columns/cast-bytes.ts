import { isUtf8 } from "node:buffer";
import { type ArrowLikeType, ArrowTypeId } from "../../arrow/arrow-like.js";
import { raggedColumn } from "../../write/gather-column.js";
import type { Cast, CastValues } from "./cast-column.js";
import { castOffsets } from "./cast-offsets.js";
import { bytesMemory, offsetMemory } from "./column-memory.js";

/** Texts and bytes, with offsets of 32 or 64 bits, into each other; `undefined` for other types. @throws ColumnTypeError */
export function castBytes(cast: Cast): CastValues | undefined {
  const { data, from, to } = cast;
  if (!isBytes(from) || !isBytes(to)) return undefined;
  const own = offsetMemory(data);
  const start = own[0]!;
  const offsets = Float64Array.from(own, (offset) => offset - start);
  const bytes = bytesMemory(data).subarray(start, own[data.length]);
  if (bytes.length < offsets[data.length]!) throw raggedColumn();
  if (isText(to) && !isText(from)) {
    for (let row = 0; row < data.length; row++) {
      const value = bytes.subarray(offsets[row], offsets[row + 1]);
      if (!cast.isNull(row) && !isUtf8(value))
        cast.refuse(row, `0x${Buffer.from(value.subarray(0, 40)).toString("hex")}`);
    }
  }
  return { data: bytes, valueOffsets: castOffsets(offsets, to) };
}

/** Whether a type's values are texts. */
export function isText({ typeId }: ArrowLikeType): boolean {
  return typeId === ArrowTypeId.Utf8 || typeId === ArrowTypeId.LargeUtf8;
}

function isBytes(type: ArrowLikeType): boolean {
  return isText(type) || type.typeId === ArrowTypeId.Binary || type.typeId === ArrowTypeId.LargeBinary;
}
