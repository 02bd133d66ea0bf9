import type { DataType } from "apache-arrow";

/** A value in a form that `<` and `===` compare as Parquet orders it; NaN for what has no place in the order. */
export type OrderKey = number | bigint | string;

/** The key of a value from the bytes Arrow holds (see `rawValues`). */
export function arrowKey(type: DataType, hex: string): OrderKey {
  const { typeId, isSigned = true, unit = 0 } = type as { typeId: number; isSigned?: boolean; unit?: number };
  const bytes = Buffer.from(hex, "hex");
  switch (typeId) {
    case 6:
      return Number(hex);
    case 3:
      return floatOf(bytes);
    case 2:
      return isSigned ? signed(bytes) : unsigned(bytes);
    case 7:
      return isDecimal(type) ? signed(bytes) : Buffer.from(bytes).reverse().toString("hex");
    case 8:
    case 9:
    case 10:
    case 18:
      // Seconds are stored as milliseconds.
      return signed(bytes) * (unit === 0 && (typeId === 9 || typeId === 10) ? 1000n : 1n);
    default:
      return hex;
  }
}

/** The key of a bound from the bytes Parquet holds. */
export function boundKey(type: DataType, bytes: Uint8Array): OrderKey {
  const { typeId, isSigned = true } = type as { typeId: number; isSigned?: boolean };
  const buffer = Buffer.from(bytes);
  switch (typeId) {
    case 6:
      return bytes[0]!;
    case 3:
      return floatOf(buffer);
    case 2:
      return isSigned ? signed(buffer) : unsigned(buffer);
    case 7:
      return isDecimal(type) ? signed(Buffer.from(buffer).reverse()) : buffer.toString("hex");
    case 8:
    case 9:
    case 10:
    case 18:
      return signed(buffer);
    default:
      return buffer.toString("hex");
  }
}

/** Whether Parquet can say that a column is one of decimals. */
function isDecimal(type: DataType): boolean {
  const { scale, precision } = type as unknown as { scale: number; precision: number };
  return scale >= 0 && scale <= precision;
}

function unsigned(littleEndian: Buffer): bigint {
  return littleEndian.reduceRight((sum, byte) => sum * 256n + BigInt(byte), 0n);
}

function signed(littleEndian: Buffer): bigint {
  return BigInt.asIntN(littleEndian.byteLength * 8, unsigned(littleEndian));
}

function floatOf(bytes: Buffer): number {
  if (bytes.byteLength === 8) return bytes.readDoubleLE();
  if (bytes.byteLength === 4) return bytes.readFloatLE();
  const bits = bytes.readUInt16LE();
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >>> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0x1f) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return sign * (exponent === 0 ? fraction * 2 ** -24 : (1024 + fraction) * 2 ** (exponent - 25));
}
