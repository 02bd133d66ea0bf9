import type { ArrowLikeType } from "../arrow/arrow-like.js";
import {
  type ColumnDomain,
  ceilingOf,
  placeBetweenIntegers,
  placeOfInteger,
  type ValuePlace,
} from "./column-domain.js";

/** Decimals, by the whole number that is their value times ten to the power of their scale. */
export function decimalDomain({ scale = 0, bitWidth = 128 }: ArrowLikeType): ColumnDomain {
  const greatest = 2n ** BigInt(bitWidth - 1) - 1n;
  const least = -greatest - 1n;
  /** Where `whole` × 10^`exponent` stands. */
  const place = (whole: bigint, exponent: number): ValuePlace => {
    const power = exponent + scale;
    if (power >= 0) return placeOfInteger(whole * 10n ** BigInt(power), least, greatest);
    const divisor = 10n ** BigInt(-power);
    const ceiling = ceilingOf(whole, divisor);
    if (ceiling * divisor === whole) return placeOfInteger(ceiling, least, greatest);
    return placeBetweenIntegers(ceiling, least, greatest);
  };
  return {
    takes: 'a bigint, a whole number, or digits such as "12.50"',
    kind: "decimals",
    place(value) {
      if (typeof value === "bigint") return place(value, 0);
      if (typeof value === "number") return Number.isInteger(value) ? place(BigInt(value), 0) : undefined;
      if (typeof value !== "string") return undefined;
      const parts = /^([+-]?)(\d{1,1000})(?:\.(\d{1,1000}))?$/.exec(value);
      if (!parts) return undefined;
      const [, sign, whole = "", fraction = ""] = parts;
      const digits = BigInt(whole + fraction);
      return place(sign === "-" ? -digits : digits, -fraction.length);
    },
  };
}
