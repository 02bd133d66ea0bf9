import { type ArrowLikeType, ArrowTypeId } from "../../arrow/arrow-like.js";

/** How a type tells moments or days: as a number of units since 1970. */
export interface InstantUnit {
  readonly nanoseconds: bigint;
  /** Bits of the number. */
  readonly bits: 32 | 64;
  /** `local`: a day or a time of the clock, without a zone; `utc`: a moment, in UTC; `zoned`: a moment, in another zone. */
  readonly zone: "date" | "local" | "utc" | "zoned";
}

const unitNanoseconds = [1_000_000_000n, 1_000_000n, 1000n, 1n];
const dayNanoseconds = 86_400_000_000_000n;

/** The unit of dates and timestamps; `undefined` for other types. */
export function instantUnit({ typeId, unit = 0, timezone }: ArrowLikeType): InstantUnit | undefined {
  if (typeId === ArrowTypeId.Date) {
    if (unit === 0) return { nanoseconds: dayNanoseconds, bits: 32, zone: "date" };
    return { nanoseconds: unitNanoseconds[1]!, bits: 64, zone: "date" };
  }
  if (typeId !== ArrowTypeId.Timestamp) return undefined;
  const nanoseconds = unitNanoseconds[unit];
  if (nanoseconds === undefined) return undefined;
  return { nanoseconds, bits: 64, zone: timezone ? (isUtc(timezone) ? "utc" : "zoned") : "local" };
}

function isUtc(timezone: string): boolean {
  return /^(?:(?:Etc\/)?(?:UTC|GMT|Zulu)|Z|[+-]00:?00)$/i.test(timezone);
}
