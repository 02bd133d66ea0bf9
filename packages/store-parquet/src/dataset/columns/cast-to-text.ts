import { ArrowTypeId } from "../../arrow/arrow-like.js";
import { getBit } from "../../format/bitmaps.js";
import { isText } from "./cast-bytes.js";
import type { Cast, CastValues } from "./cast-column.js";
import { instantMemory } from "./cast-instants.js";
import { castOffsets } from "./cast-offsets.js";
import { bitMemory } from "./column-memory.js";
import { instantText } from "./instant-text.js";
import { instantUnit } from "./instant-unit.js";
import { numberMemory } from "./number-memory.js";

/** Integers, floats, booleans, dates and timestamps into text; `undefined` for other types. */
export function castToText(cast: Cast): CastValues | undefined {
  const { data, to } = cast;
  const textOf = isText(to) ? writerOf(cast) : undefined;
  if (!textOf) return undefined;
  const texts: string[] = [];
  const offsets = new Float64Array(data.length + 1);
  let total = 0;
  for (let row = 0; row < data.length; row++) {
    const text = cast.isNull(row) ? "" : textOf(row);
    texts.push(text);
    // Each character is one byte.
    total += text.length;
    offsets[row + 1] = total;
  }
  const valueOffsets = castOffsets(offsets, to);
  const bytes = Buffer.alloc(total);
  for (const [row, text] of texts.entries()) bytes.write(text, offsets[row]!, "latin1");
  return { data: new Uint8Array(bytes.buffer, bytes.byteOffset, total), valueOffsets };
}

function writerOf({ data, from }: Cast): ((row: number) => string) | undefined {
  if (from.typeId === ArrowTypeId.Bool) {
    const { bytes, offset } = bitMemory(data);
    return (row) => (getBit(bytes, offset + row) === 1 ? "true" : "false");
  }
  const unit = instantUnit(from);
  if (unit) {
    const values = instantMemory(data, unit);
    return (row) => instantText(values[row]!, unit);
  }
  const numbers = numberMemory(data);
  return numbers && ((row) => (Object.is(numbers[row], -0) ? "-0" : String(numbers[row])));
}
