import { textIn } from "./hdf5-dataset.js";
import { Hdf5Class, type Hdf5Type } from "./hdf5-type.js";
import type { H5wasm } from "./load-h5wasm.js";

/**
 * The value of an attribute. PyTables writes text as UTF-8 and pickles as ASCII, so what is not declared UTF-8 comes as bytes. Lists and all
 * other types are `other`.
 */
export type Hdf5Attribute =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "bytes"; readonly bytes: Uint8Array }
  | { readonly kind: "number"; readonly value: number | bigint }
  | { readonly kind: "other" };

const other: Hdf5Attribute = { kind: "other" };
const mostBytes = 2 ** 24;

/** Reads an attribute of the object at a path. */
export function attributeOf(library: H5wasm, file: bigint, path: string, name: string): Hdf5Attribute {
  const type = library.get_attribute_metadata(file, path, name);
  const isText = type.type === Hdf5Class.text;
  if (type.shape === null) return isText ? { kind: "text", text: "" } : other;
  const bytes = type.size * type.total_size;
  if (type.total_size !== 1 || !(bytes > 0 && bytes <= mostBytes)) return other;
  const pointer = library._malloc(bytes);
  if (pointer === 0) return other;
  try {
    if (library.get_attribute_data(file, path, name, BigInt(pointer)) < 0) return other;
    const value = library.HEAPU8.slice(pointer, pointer + bytes);
    if (!isText) return numberIn(value, type);
    if (!type.vlen) return textAttribute(withoutPadding(value, type.strpad), type);
    const text = textIn(library, path)(new DataView(value.buffer).getUint32(0, true));
    library.reclaim_vlen_memory(file, path, name, BigInt(pointer));
    return textAttribute(text, type);
  } finally {
    library._free(pointer);
  }
}

function textAttribute(bytes: Uint8Array, { cset }: Hdf5Type): Hdf5Attribute {
  return cset === 1 ? { kind: "text", text: Buffer.from(bytes).toString("utf8") } : { kind: "bytes", bytes };
}

function numberIn(bytes: Uint8Array, { type, size, signed }: Hdf5Type): Hdf5Attribute {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (type === Hdf5Class.float && size === 8) return { kind: "number", value: view.getFloat64(0, true) };
  if (type === Hdf5Class.float && size === 4) return { kind: "number", value: view.getFloat32(0, true) };
  const isWhole = type === Hdf5Class.integer || type === Hdf5Class.bits || type === Hdf5Class.enumeration;
  if (!isWhole || size > 8) return other;
  let value = 0n;
  for (let i = size - 1; i >= 0; i--) value = (value << 8n) | BigInt(bytes[i]!);
  return { kind: "number", value: signed ? BigInt.asIntN(size * 8, value) : value };
}

/** A text of fixed length without what fills it up; see `strpad`. */
export function withoutPadding(bytes: Uint8Array, strpad: number | undefined): Uint8Array {
  if (strpad === 0) {
    const end = bytes.indexOf(0);
    return end < 0 ? bytes : bytes.subarray(0, end);
  }
  const filler = strpad === 2 ? 0x20 : 0;
  let end = bytes.length;
  while (end > 0 && bytes[end - 1] === filler) end--;
  return bytes.subarray(0, end);
}

/** An attribute as text, be it declared UTF-8 or not. */
export function textOf(attribute: Hdf5Attribute | undefined): string | undefined {
  if (attribute?.kind === "bytes") return Buffer.from(attribute.bytes).toString("utf8");
  return attribute?.kind === "text" ? attribute.text : undefined;
}
