import { undecodableItem } from "../undecodable-item.js";

/** `\x93NUMPY`. Source of the format: https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html */
const magic = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59] as const;

/** The header ends at a multiple of this, so that the numbers can be mapped into memory. */
const alignment = 64;

/** What the header of a .npy file tells. */
export interface NpyHeader {
  /** Byte order (`<`, `>`, `|`) and type, such as `<f8`. */
  readonly descr: string;
  readonly shape: readonly number[];
  /** Where the numbers begin, in bytes. */
  readonly dataStart: number;
}

/** The header of version 1.0 for an array, byte for byte as NumPy writes it. @param descr - such as `<f8` */
export function npyHeader(descr: string, shape: readonly number[]): Uint8Array {
  const tuple = shape.length === 1 ? `(${shape[0]},)` : `(${shape.join(", ")})`;
  const text = `{'descr': '${descr}', 'fortran_order': False, 'shape': ${tuple}, }`;
  // NumPy leaves room for the first dimension to grow to 21 digits when it is appended to.
  const room = shape.length === 0 ? 0 : Math.max(0, 21 - String(shape[0]).length);
  const fixed = magic.length + 2 + 2;
  const length = Math.ceil((fixed + text.length + room + 1) / alignment) * alignment - fixed;
  const header = new Uint8Array(fixed + length).fill(0x20);
  header.set([...magic, 1, 0, length & 0xff, length >> 8]);
  header.set(new TextEncoder().encode(text), fixed);
  header[header.length - 1] = 0x0a;
  return header;
}

/**
 * Reads the header of a .npy file of version 1, 2 or 3.
 *
 * @throws LarderError `undecodable-item`; also for arrays in Fortran order and of records
 */
export function parseNpyHeader(bytes: Uint8Array): NpyHeader {
  if (bytes.length < 10 || magic.some((byte, index) => bytes[index] !== byte)) {
    throw undecodableItem("array", "it does not begin as a .npy file does");
  }
  const major = bytes[6]!;
  if (major < 1 || major > 3)
    throw undecodableItem("array", `it is of version ${major} of the format, and 1 to 3 are read`);
  const start = major === 1 ? 10 : 12;
  if (bytes.length < start) throw undecodableItem("array", "its header is cut off");
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  const length = major === 1 ? view.getUint16(8, true) : view.getUint32(8, true);
  const dataStart = start + length;
  if (dataStart > bytes.length) throw undecodableItem("array", "its header is cut off");
  return { ...parseDictionary(new TextDecoder("latin1").decode(bytes.subarray(start, dataStart))), dataStart };
}

/** The header is a literal of Python: a dictionary of exactly three keys, in any order. */
function parseDictionary(text: string): Omit<NpyHeader, "dataStart"> {
  const body = /^\{(.*?),?\s*\}\s*$/s.exec(text)?.[1];
  if (body === undefined) throw undecodableItem("array", "its header is no dictionary");
  const fields = new Map<string, string>();
  let rest = body.trim();
  while (rest !== "") {
    const match = /^(['"])(\w+)\1\s*:\s*('[^'\\]*'|"[^"\\]*"|True|False|\([\d\s,]*\)|\[.*\])\s*(?:,\s*|$)/s.exec(rest);
    if (match === null || fields.has(match[2]!)) throw undecodableItem("array", "its header can't be read");
    fields.set(match[2]!, match[3]!);
    rest = rest.slice(match[0].length);
  }
  const [descr, fortran, shape] = [fields.get("descr"), fields.get("fortran_order"), fields.get("shape")];
  if (fields.size !== 3 || descr === undefined || fortran === undefined || shape === undefined) {
    throw undecodableItem("array", "its header must have 'descr', 'fortran_order' and 'shape', and nothing else");
  }
  if (descr.startsWith("[")) throw undecodableItem("array", "it has records with named fields; save it as a table");
  const lengths = shapeOf(shape);
  // With one dimension there is no order.
  if (fortran !== "False" && lengths.length > 1) {
    throw undecodableItem("array", "it is in Fortran order; save it with numpy.ascontiguousarray");
  }
  if (!/^(True|False)$/.test(fortran)) throw undecodableItem("array", "its 'fortran_order' is neither True nor False");
  return { descr: descr.slice(1, -1), shape: lengths };
}

function shapeOf(text: string): readonly number[] {
  const inside = text.slice(1, -1).trim();
  if (!text.startsWith("(") || !/^(|\d+\s*,|\d+(\s*,\s*\d+)+\s*,?)$/.test(inside)) {
    throw undecodableItem("array", "its shape is no tuple of whole numbers");
  }
  const lengths = inside
    .split(",")
    .filter((part) => part.trim() !== "")
    .map(Number);
  if (!lengths.every(Number.isSafeInteger)) throw undecodableItem("array", "its shape is too large");
  return lengths;
}
