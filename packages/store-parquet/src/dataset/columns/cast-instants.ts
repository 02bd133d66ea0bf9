import type { Data } from "apache-arrow";
import { int32sOver, int64sOver } from "../../format/value-conversion.js";
import type { Cast, CastValues } from "./cast-column.js";
import { fixedMemory } from "./column-memory.js";
import { type InstantUnit, instantUnit } from "./instant-unit.js";

/** Dates and timestamps into each other; `undefined` for other types, and where time zones differ. @throws ColumnTypeError */
export function castInstants(cast: Cast): CastValues | undefined {
  const from = instantUnit(cast.from);
  const to = instantUnit(cast.to);
  if (!from || !to || !mayMeet(from, to)) return undefined;
  const values = instantMemory(cast.data, from);
  const target = to.bits === 32 ? new Int32Array(values.length) : new BigInt64Array(values.length);
  for (let row = 0; row < values.length; row++) {
    if (cast.isNull(row)) continue;
    const nanoseconds = BigInt(values[row]!) * from.nanoseconds;
    const units = nanoseconds / to.nanoseconds;
    if (units * to.nanoseconds !== nanoseconds || BigInt.asIntN(to.bits, units) !== units)
      cast.refuse(row, values[row]);
    if (target instanceof Int32Array) target[row] = Number(units);
    else target[row] = units;
  }
  return { data: target };
}

/** Units since 1970 of each row. */
export function instantMemory(data: Data, { bits }: InstantUnit): Int32Array | BigInt64Array {
  const bytes = fixedMemory(data, bits / 8);
  return bits === 32 ? int32sOver(bytes) : int64sOver(bytes);
}

function mayMeet({ zone: left }: InstantUnit, { zone: right }: InstantUnit): boolean {
  const isMoment = (zone: string): boolean => zone === "utc" || zone === "zoned";
  if (isMoment(left) === isMoment(right)) return true;
  return (left === "date" && right === "utc") || (left === "utc" && right === "date");
}
