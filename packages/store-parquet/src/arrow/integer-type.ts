import type { Int } from "apache-arrow";
import type { Arrow } from "./load-arrow.js";

/** The integer type of 8, 16, 32 or 64 bits; `undefined` for other widths. */
export function integerType(arrow: Arrow, bitWidth: number, isSigned: boolean): Int | undefined {
  switch (bitWidth) {
    case 8:
      return isSigned ? new arrow.Int8() : new arrow.Uint8();
    case 16:
      return isSigned ? new arrow.Int16() : new arrow.Uint16();
    case 32:
      return isSigned ? new arrow.Int32() : new arrow.Uint32();
    case 64:
      return isSigned ? new arrow.Int64() : new arrow.Uint64();
    default:
      return undefined;
  }
}
