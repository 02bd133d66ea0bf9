import { dateText, daysOfDate, twoDigits } from "./calendar.js";
import type { InstantUnit } from "./instant-unit.js";

const secondNanoseconds = 1_000_000_000n;
const daySeconds = 86_400n;

/**
 * A moment or day as ISO 8601 writes it: `2024-02-29` for days, else `2024-02-29T12:00:00`, with as many decimals as the unit
 * has, and with `Z` for moments.
 */
export function instantText(value: number | bigint, { nanoseconds, bits, zone }: InstantUnit): string {
  if (bits === 32) return dateText(Number(value));
  const perSecond = secondNanoseconds / nanoseconds;
  const seconds = floorDivided(BigInt(value), perSecond);
  const rest = BigInt(value) - seconds * perSecond;
  const days = floorDivided(seconds, daySeconds);
  const ofDay = Number(seconds - days * daySeconds);
  const clock = [Math.floor(ofDay / 3600), Math.floor(ofDay / 60) % 60, ofDay % 60].map(twoDigits).join(":");
  const digits = String(perSecond).length - 1;
  const fraction = digits === 0 ? "" : `.${String(rest).padStart(digits, "0")}`;
  return `${dateText(Number(days))}T${clock}${fraction}${zone === "utc" || zone === "zoned" ? "Z" : ""}`;
}

const pattern =
  /^([+-]\d{6,12}|\d{4})-(\d{2})-(\d{2})(?:[T ](\d{2}):(\d{2})(?::(\d{2})(?:\.(\d{1,9}))?)?(Z|[+-]\d{2}(?::?\d{2})?)?)?$/;

/** The number of units that a text of ISO 8601 tells; `undefined` when it tells none, or none exactly. */
export function instantOfText(text: string, { nanoseconds, bits, zone }: InstantUnit): bigint | undefined {
  const match = pattern.exec(text);
  if (!match) return undefined;
  const [, year, month, day, hour = "00", minute = "00", second = "00", fraction = "", offset] = match;
  const isMoment = zone === "utc" || zone === "zoned";
  if (offset === undefined ? zone === "zoned" : !isMoment) return undefined;
  const days = daysOfDate(Number(year), Number(month), Number(day));
  if (days === undefined || Number(hour) > 23 || Number(minute) > 59 || Number(second) > 59) return undefined;
  const shift = offsetSeconds(offset);
  if (shift === undefined) return undefined;
  const ofDay = Number(hour) * 3600 + Number(minute) * 60 + Number(second) - shift;
  const seconds = BigInt(days) * daySeconds + BigInt(ofDay);
  const total = seconds * secondNanoseconds + BigInt(fraction.padEnd(9, "0"));
  const units = total / nanoseconds;
  return units * nanoseconds === total && BigInt.asIntN(bits, units) === units ? units : undefined;
}

function offsetSeconds(offset: string | undefined): number | undefined {
  if (offset === undefined || offset === "Z") return 0;
  const hours = Number(offset.slice(1, 3));
  const minutes = Number(offset.slice(3).replace(":", "") || "0");
  if (hours > 23 || minutes > 59) return undefined;
  return (offset.startsWith("-") ? -1 : 1) * (hours * 3600 + minutes * 60);
}

function floorDivided(value: bigint, by: bigint): bigint {
  const quotient = value / by;
  return quotient * by > value ? quotient - 1n : quotient;
}
