import { isUtf8 } from "node:buffer";
import type { Data, DataType, Struct, Vector } from "apache-arrow";

/**
 * Each value as text that says all of it but how wide it was stored: `12`, `1.5f`, `"text"`, `x'00ff'`, `at 1000` (nanoseconds),
 * `[1, 2]`; nulls as null. Two engines that hold the same values give the same texts, whatever their types are called.
 */
export function logicalTexts(vector: Vector): (string | null)[] {
  return vector.data.flatMap((data) => dataTexts(data as Data));
}

/** The texts of one chunk. */
export function dataTexts(data: Data): (string | null)[] {
  // A table without batches makes chunks without children.
  if (data.length === 0) return [];
  const texts = new Array<string | null>(data.length);
  const textAt = textMaker(data);
  for (let row = 0; row < data.length; row++)
    texts[row] = data.typeId === 1 || !data.getValid(row) ? null : textAt(row);
  return texts;
}

/** A float: as JavaScript prints it, with its sign when it is zero; all NaN are one. */
export function floatText(value: number): string {
  return `${Object.is(value, -0) ? "-0" : value}f`;
}

/** Text, or its bytes where they are not UTF-8. */
export function textText(bytes: Uint8Array): string {
  return isUtf8(bytes) ? JSON.stringify(Buffer.from(bytes).toString("utf8")) : bytesText(bytes);
}

export function bytesText(bytes: Uint8Array): string {
  return `x'${Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("hex")}'`;
}

export function decimalText(unscaled: bigint, scale: number): string {
  return `${unscaled}e${-scale}`;
}

/** A moment, from nanoseconds; `isUtc` where its type has a time zone. */
export function momentText(nanoseconds: bigint, isUtc: boolean): string {
  return `${isUtc ? "utc" : "at"} ${nanoseconds}`;
}

export function listText(items: readonly (string | null)[]): string {
  return `[${items.map(String).join(", ")}]`;
}

export function structText(entries: readonly (readonly [name: string, value: string | null])[]): string {
  return `{${entries.map(([name, value]) => `${JSON.stringify(name)}: ${value}`).join(", ")}}`;
}

export function mapText(entries: readonly (readonly [key: string | null, value: string | null])[]): string {
  return `<${entries.map(([key, value]) => `${key}: ${value}`).join(", ")}>`;
}

const nanosecondsOf = [1_000_000_000n, 1_000_000n, 1000n, 1n];

function textMaker(data: Data): (row: number) => string | null {
  const type = data.type as DataType & { unit?: number; scale?: number; timezone?: string | null; precision?: number };
  const scale = nanosecondsOf[type.unit ?? 0]!;
  switch (type.typeId) {
    case 1:
      return () => "null";
    case 6:
      return (row) => String(((data.values[(data.offset + row) >> 3] >> ((data.offset + row) & 7)) & 1) === 1);
    case 2:
      return (row) => String(data.values[row]);
    case 3:
      if (type.precision === 0) return (row) => floatText(halfOf(data.values[row]));
      return (row) => floatText(data.values[row]);
    case 5:
    case 20:
      return (row) => textText(bytesAt(data, row));
    case 4:
    case 15:
    case 19:
      return (row) => bytesText(bytesAt(data, row));
    case 7:
      return (row) => decimalText(signedOf(bytesAt(data, row)), type.scale ?? 0);
    case 8:
      if (type.unit === 0) return (row) => `day ${data.values[row]}`;
      return (row) => momentText(BigInt(data.values[row]) * 1_000_000n, false);
    case 9:
      return (row) => `time ${BigInt(data.values[row]) * scale}`;
    case 10:
      return (row) => momentText(data.values[row] * scale, Boolean(type.timezone));
    case 18:
      return (row) => `for ${data.values[row] * scale}`;
    case -1: {
      const entries = (data.dictionary as Vector).data.flatMap((piece) => dataTexts(piece as Data));
      return (row) => entries[Number(data.values[row])]!;
    }
    case 12:
    case 21:
    case 16: {
      const items = dataTexts(data.children[0]!);
      const size = (data.type as { listSize?: number }).listSize ?? 0;
      return (row) =>
        data.valueOffsets
          ? listText(items.slice(Number(data.valueOffsets[row]), Number(data.valueOffsets[row + 1])))
          : listText(items.slice(row * size, (row + 1) * size));
    }
    case 13: {
      const names = (type as unknown as Struct).children.map((field) => field.name);
      const columns = data.children.map((child) => dataTexts(child));
      return (row) => structText(names.map((name, i) => [name, columns[i]![row]!]));
    }
    case 17: {
      const [keys, values] = data.children[0]!.children.map((child) => dataTexts(child));
      return (row) => {
        const from = data.valueOffsets[row]!;
        const to = data.valueOffsets[row + 1]!;
        return mapText(keys!.slice(from, to).map((key, i) => [key, values![from + i]!]));
      };
    }
    default:
      throw new TypeError(`No logical text for ${type}`);
  }
}

function bytesAt(data: Data, row: number): Uint8Array {
  const values = data.values as Uint8Array;
  if (data.valueOffsets) return values.subarray(Number(data.valueOffsets[row]), Number(data.valueOffsets[row + 1]));
  const width = data.stride * values.BYTES_PER_ELEMENT;
  return new Uint8Array(values.buffer, values.byteOffset + row * width, width);
}

function signedOf(bytes: Uint8Array): bigint {
  let value = 0n;
  for (let i = bytes.length - 1; i >= 0; i--) value = (value << 8n) | BigInt(bytes[i]!);
  return BigInt.asIntN(bytes.length * 8, value);
}

/** Source: IEEE 754, binary16. */
function halfOf(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0x1f) return fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}
