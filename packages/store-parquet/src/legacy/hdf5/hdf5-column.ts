import type { DataType } from "apache-arrow";
import { integerType } from "../../arrow/integer-type.js";
import type { Arrow } from "../../arrow/load-arrow.js";
import { boolColumn, fixedColumn, type LegacyColumn, textColumn } from "../legacy-column.js";
import { damagedLegacy, unsupportedLegacy } from "../legacy-errors.js";
import { withoutPadding } from "./hdf5-attribute.js";
import type { TextAt } from "./hdf5-dataset.js";
import { Hdf5Class, type Hdf5Type, isBoolEnum, typeWords } from "./hdf5-type.js";

/** Where the values of one column lie among bytes that were read. */
export interface ValueLayout {
  readonly bytes: Uint8Array;
  readonly rows: number;
  /** Bytes from one value to the next. */
  readonly stride: number;
  /** Bytes before the first value. */
  readonly offset: number;
  readonly textAt: TextAt;
  /** Whether multi-byte values come big-endian. */
  readonly bigEndian: boolean;
  /** Where the dataset is, for messages. */
  readonly origin: string;
}

/**
 * The column of values of one HDF5 type, bit by bit: integers of 8 to 64 bits, IEEE floats of 16 to 64 bits, text as `Utf8`, booleans (the
 * enumeration of h5py, the bit field of PyTables) as `Bool`, opaque bytes as `FixedSizeBinary`. Other enumerations are their
 * integers, with the names as JSON under `hdf5:enum` in the metadata of the field.
 *
 * @throws LarderError `unsupported-legacy` for any other type, and for text that is not UTF-8
 */
export function hdf5Column(arrow: Arrow, name: string, type: Hdf5Type, layout: ValueLayout): LegacyColumn {
  switch (type.type) {
    case Hdf5Class.integer:
      return numbers(arrow, name, integerType(arrow, type.size * 8, type.signed), type, layout);
    case Hdf5Class.float:
      return numbers(arrow, name, floatType(arrow, type), type, layout);
    case Hdf5Class.text:
      return texts(arrow, name, type, layout);
    case Hdf5Class.bits:
      return type.size === 1 ? bools(arrow, name, layout) : refuse(type, layout);
    case Hdf5Class.opaque:
      return numbers(arrow, name, new arrow.FixedSizeBinary(type.size), type, { ...layout, bigEndian: false });
    case Hdf5Class.enumeration:
      return isBoolEnum(type) ? bools(arrow, name, layout) : enumerated(arrow, name, type, layout);
    default:
      return refuse(type, layout);
  }
}

/** Values of fixed width as the column of this Arrow type, whose bytes are theirs. */
export function numbers(
  arrow: Arrow,
  name: string,
  type: DataType | undefined,
  { size, ...rest }: Hdf5Type,
  layout: ValueLayout,
  isNull?: (values: ArrayBufferView, row: number) => boolean,
): LegacyColumn {
  if (type === undefined) return refuse({ size, ...rest }, layout);
  const packed = packedValues(layout, size);
  const ArrayType = (type as DataType & { ArrayType: new (buffer: ArrayBuffer) => ArrayBufferView }).ArrayType;
  const values = new ArrayType(packed.buffer as ArrayBuffer);
  const test = isNull && ((row: number): boolean => isNull(values, row));
  return fixedColumn(arrow, name, type, values, layout.rows, test);
}

/** Each value of `size` bytes, little-endian, one after the other in memory of its own. */
function packedValues({ bytes, rows, stride, offset, bigEndian }: ValueLayout, size: number): Uint8Array {
  const packed = new Uint8Array(rows * size);
  if (stride === size && offset === 0) packed.set(bytes.subarray(0, packed.length));
  else copyEach(bytes, packed, { rows, size, stride, offset });
  if (bigEndian) for (let at = 0; at < packed.length; at += size) packed.subarray(at, at + size).reverse();
  return packed;
}

/** Copies values that lie apart, four bytes at a time where that is possible. */
function copyEach(
  bytes: Uint8Array,
  packed: Uint8Array,
  { rows, size, stride, offset }: { rows: number; size: number; stride: number; offset: number },
): void {
  const isWide = [size, stride, offset, bytes.byteOffset, bytes.byteLength].every((count) => count % 4 === 0);
  const unit = isWide ? 4 : 1;
  const wide = (of: Uint8Array): Uint8Array | Uint32Array =>
    isWide ? new Uint32Array(of.buffer, of.byteOffset, of.byteLength / 4) : of;
  const [from, to] = [wide(bytes), wide(packed)];
  const [length, step, start] = [size / unit, stride / unit, offset / unit];
  for (let row = 0; row < rows; row++) {
    for (let i = 0; i < length; i++) to[row * length + i] = from[row * step + start + i]!;
  }
}

function floatType(arrow: Arrow, { size }: Hdf5Type): DataType | undefined {
  if (size === 2) return new arrow.Float16();
  return size === 4 ? new arrow.Float32() : size === 8 ? new arrow.Float64() : undefined;
}

function bools(arrow: Arrow, name: string, layout: ValueLayout): LegacyColumn {
  const values = packedValues(layout, 1);
  const wrong = values.find((value) => value > 1);
  if (wrong !== undefined) {
    throw damagedLegacy(layout.origin, `a boolean of ${JSON.stringify(name)} is ${wrong}, neither 0 nor 1`);
  }
  return boolColumn(
    arrow,
    name,
    Array.from(values, (value) => value === 1),
  );
}

function enumerated(arrow: Arrow, name: string, type: Hdf5Type, layout: ValueLayout): LegacyColumn {
  const { enum_type: enumeration } = type;
  // h5wasm gives the numbers of members as 32-bit integers.
  if (enumeration?.type !== Hdf5Class.integer || type.size > 4) return refuse(type, layout);
  const column = numbers(arrow, name, integerType(arrow, type.size * 8, type.signed), type, layout);
  return { ...column, metadata: new Map([["hdf5:enum", JSON.stringify(enumeration.members)]]) };
}

function texts(arrow: Arrow, name: string, type: Hdf5Type, layout: ValueLayout): LegacyColumn {
  return textColumn(arrow, name, textValues(type, layout), layout.origin);
}

/** Texts of fixed or variable length. @throws LarderError `unsupported-legacy` when their bytes are not UTF-8 */
export function textValues(type: Hdf5Type, { bytes, rows, stride, offset, textAt, origin }: ValueLayout): string[] {
  const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Array.from({ length: rows }, (_, row) => {
    const start = row * stride + offset;
    const raw = type.vlen
      ? textAt(view.getUint32(start, true))
      : withoutPadding(bytes.subarray(start, start + type.size), type.strpad);
    try {
      return decoder.decode(raw);
    } catch {
      throw unsupportedLegacy(origin, `its text in row ${row} is not UTF-8`, "Write it again as UTF-8 text.");
    }
  });
}

function refuse(type: Hdf5Type, { origin }: ValueLayout): never {
  throw unsupportedLegacy(
    origin,
    `it holds ${typeWords(type)}`,
    "Write it again in a type of NumPy that Arrow has too.",
  );
}
