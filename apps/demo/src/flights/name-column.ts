import { LarderError } from "@larder/core";
import { DataType, type Utf8, type Vector } from "apache-arrow";
import { createByteDictionary } from "./byte-dictionary.js";
import { type NameIndices, nameIndices } from "./flights-table.js";

/**
 * The texts of an Arrow column as indices into the different ones. A null is marked in `incomplete`.
 *
 * @throws LarderError `wrong-type` when the column holds no text
 */
export function nameColumn(
  file: string,
  name: string,
  column: Vector,
  incomplete: Uint8Array,
): { indices: NameIndices; names: string[] } {
  const numbers = new Map<string, number>();
  const all = new Int32Array(column.length);
  let at = 0;
  for (const data of column.data) {
    const type = data.type as DataType;
    // Numbers of this batch → numbers of the column.
    let renumbered: Int32Array;
    const from = at;
    if (DataType.isDictionary(type) && isText(type.dictionary as DataType)) {
      const values = data.values as Int32Array;
      for (let row = 0; row < data.length; row++) all[at++] = values[row]!;
      renumbered = numbered(
        Array.from(data.dictionary as Vector<Utf8>, (text) => text ?? ""),
        numbers,
      );
    } else if (isText(type)) {
      const dictionary = createByteDictionary();
      const bytes = data.values as Uint8Array;
      const offsets = shortOffsets(data.valueOffsets as Int32Array | BigInt64Array);
      for (let row = 0; row < data.length; row++) {
        all[at++] = dictionary.indexOf(bytes, offsets[row]!, offsets[row + 1]!);
      }
      renumbered = numbered(dictionary.names(), numbers);
    } else {
      throw new LarderError(`Column ${name} of ${file} holds ${type}, and it needs text.`, {
        code: "wrong-type",
        facts: { file, column: name, type: String(type) },
      });
    }
    const hasNulls = data.nullCount > 0;
    for (let row = 0; row < data.length; row++) {
      if (hasNulls && !data.getValid(row)) {
        incomplete[from + row] = 1;
        all[from + row] = 0;
      } else all[from + row] = renumbered[all[from + row]!]!;
    }
  }
  if (numbers.size === 0) numbers.set("", 0);
  const indices = nameIndices(all.length, numbers.size);
  indices.set(all);
  return { indices, names: [...numbers.keys()] };
}

function isText(type: DataType): boolean {
  return DataType.isUtf8(type) || DataType.isLargeUtf8(type);
}

/** Offsets of 64 bits as such of 32, which are enough for the bytes of one array. */
function shortOffsets(offsets: Int32Array | BigInt64Array): Int32Array {
  if (offsets instanceof Int32Array) return offsets;
  const words = new Int32Array(offsets.buffer, offsets.byteOffset, offsets.length * 2);
  const short = new Int32Array(offsets.length);
  for (let index = 0; index < short.length; index++) short[index] = words[index * 2]!;
  return short;
}

function numbered(texts: readonly string[], numbers: Map<string, number>): Int32Array {
  return Int32Array.from(texts, (text) => {
    const known = numbers.get(text);
    if (known !== undefined) return known;
    numbers.set(text, numbers.size);
    return numbers.size - 1;
  });
}
