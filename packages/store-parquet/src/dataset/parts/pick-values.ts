import { damagedParquet } from "../../format/parquet-errors.js";
import type { PageValues } from "../../read/decode-values.js";

/** The values at some places, ascending, of a page that is decoded, or whose values stand side by side. */
export function pickValues(values: PageValues, places: Int32Array): PageValues {
  const count = places.length;
  switch (values.kind) {
    case "fixed":
      return { kind: "fixed", count, width: values.width, bytes: pickFixed(values.bytes, values.width, places) };
    case "indices":
      return { kind: "indices", indices: pickNumbers(values.indices, places) };
    case "slices": {
      const { starts, ends, bytes } = values;
      return { kind: "slices", count, starts: pickNumbers(starts, places), ends: pickNumbers(ends, places), bytes };
    }
    case "bits": {
      const bits = new Uint8Array((count + 7) >>> 3);
      for (let i = 0; i < count; i++) {
        const place = places[i]!;
        bits[i >>> 3]! |= ((values.bits[place >>> 3]! >>> (place & 7)) & 1) << (i & 7);
      }
      return { kind: "bits", count, bits };
    }
  }
}

function pickNumbers(numbers: Int32Array, places: Int32Array): Int32Array {
  const target = new Int32Array(places.length);
  for (let i = 0; i < target.length; i++) target[i] = numbers[places[i]!]!;
  return target;
}

/** Words, not floats: copying those may change the bits of a NaN. */
function pickFixed(bytes: Uint8Array, width: number, places: Int32Array): Uint8Array {
  const count = places.length;
  const target = new Uint8Array(count * width);
  if (width === 4 || width === 8) {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const words = new Int32Array(target.buffer);
    if (width === 4) for (let i = 0; i < count; i++) words[i] = view.getInt32(places[i]! * 4, true);
    else {
      for (let i = 0; i < count; i++) {
        const at = places[i]! * 8;
        words[2 * i] = view.getInt32(at, true);
        words[2 * i + 1] = view.getInt32(at + 4, true);
      }
    }
    return target;
  }
  for (let i = 0, to = 0; i < count; i++) {
    for (let from = places[i]! * width, end = from + width; from < end; from++) target[to++] = bytes[from]!;
  }
  return target;
}

/**
 * PLAIN values of variable length at some places, ascending: the lengths in front of the others are stepped over.
 *
 * Source: https://github.com/apache/parquet-format/blob/master/Encodings.md#plain-plain--0
 *
 * @throws LarderError `damaged-parquet`, or RangeError, where the page ends too early
 */
export function pickSlices(bytes: Uint8Array, places: Int32Array): PageValues {
  const count = places.length;
  const starts = new Int32Array(count);
  const ends = new Int32Array(count);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = 0;
  let next = 0;
  for (let i = 0; i < count; i++) {
    for (const place = places[i]!; next < place; next++) at += 4 + view.getInt32(at, true);
    const length = view.getInt32(at, true);
    const start = at + 4;
    if (length < 0 || start + length > bytes.byteLength) {
      throw damagedParquet("a page holds fewer values than it states");
    }
    starts[i] = start;
    ends[i] = start + length;
  }
  return { kind: "slices", count, starts, ends, bytes };
}

/**
 * How indices are picked from a page whose indices are one bit-packed run of whole bytes, as Larder writes them; `undefined` for others.
 *
 * @param present indices in the page
 */
export function pickIndices(body: Uint8Array, present: number): ((places: Int32Array) => PageValues) | undefined {
  const width = body[0];
  if (width !== 8 && width !== 16) return undefined;
  let header = 0;
  let at = 1;
  for (let shift = 0; shift <= 28 && at < body.length; shift += 7) {
    const byte = body[at++]!;
    header += (byte & 0x7f) * 2 ** shift;
    if (byte < 0x80) break;
  }
  const packed = (header & 1) === 1 && Math.floor(header / 2) * 8 >= present;
  if (!packed || at + present * (width / 8) > body.length) return undefined;
  const start = at;
  return (places) => {
    const indices = new Int32Array(places.length);
    if (width === 8) for (let i = 0; i < indices.length; i++) indices[i] = body[start + places[i]!]!;
    else {
      for (let i = 0; i < indices.length; i++) {
        const from = start + 2 * places[i]!;
        indices[i] = body[from]! | (body[from + 1]! << 8);
      }
    }
    return { kind: "indices", indices };
  };
}
