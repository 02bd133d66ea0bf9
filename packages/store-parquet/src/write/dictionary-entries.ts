import { getBit } from "../format/bitmaps.js";
import type { GatheredRows } from "./gather-column.js";

/**
 * Which entries of a dictionary the rows use: those as they are, all others as null.
 *
 * @param places the entry of each row, anything where the row is null
 */
export function usedEntries(entries: GatheredRows, rows: GatheredRows, places: Int32Array): GatheredRows {
  const validity = new Uint8Array((entries.rows + 7) >>> 3);
  let count = 0;
  for (let row = 0; row < rows.rows; row++) {
    if (rows.validity && getBit(rows.validity, row) === 0) continue;
    const place = places[row]!;
    const mask = 1 << (place & 7);
    if ((validity[place >>> 3]! & mask) !== 0) continue;
    validity[place >>> 3]! |= mask;
    count++;
  }
  return { rows: entries.rows, nullCount: entries.rows - count, validity, values: entries.values };
}

/** Turns places among all entries into places among those that are written. */
export function renumber(places: Int32Array, written: Uint8Array): void {
  const ranks = new Int32Array(written.length * 8);
  let rank = 0;
  for (let i = 0; i < ranks.length; i++) {
    ranks[i] = rank;
    rank += getBit(written, i);
  }
  for (let row = 0; row < places.length; row++) places[row] = ranks[places[row]!]!;
}

/** A dictionary column as plain rows, for row groups in which a dictionary gains nothing. */
export function spreadEntries(entries: GatheredRows, column: GatheredRows, places: Int32Array): GatheredRows {
  const { rows, nullCount, validity } = column;
  const common = { rows, nullCount, ...(validity && { validity }) };
  const { values } = entries;
  if (values.kind === "fixed") {
    const bytes = new Uint8Array(rows * values.width);
    for (let row = 0; row < rows; row++) {
      const from = places[row]! * values.width;
      bytes.set(values.bytes.subarray(from, from + values.width), row * values.width);
    }
    return { ...common, values: { kind: "fixed", width: values.width, bytes } };
  }
  if (values.kind !== "bytes") return { ...common, values };
  const offsets = new BigInt64Array(rows + 1);
  const parts: Uint8Array[] = [];
  let total = 0;
  for (let row = 0; row < rows; row++) {
    const place = places[row]!;
    if (!validity || getBit(validity, row) === 1) {
      const part = values.bytes.subarray(Number(values.offsets[place]), Number(values.offsets[place + 1]));
      parts.push(part);
      total += part.byteLength;
    }
    offsets[row + 1] = BigInt(total);
  }
  return { ...common, values: { kind: "bytes", offsets, bytes: Buffer.concat(parts, total) } };
}
