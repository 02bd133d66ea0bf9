import type { Data, DataType, Field, Table, Vector } from "apache-arrow";

/**
 * Where two tables differ, as text, or `undefined`. Strict: types with all their parameters, nullability, metadata,
 * order, and values bit by bit; blind to batches and to the order of dictionary entries.
 */
export function tableDifference(left: Table, right: Table): string | undefined {
  const leftShape = JSON.stringify([fieldTexts(left.schema.fields), [...left.schema.metadata]]);
  const rightShape = JSON.stringify([fieldTexts(right.schema.fields), [...right.schema.metadata]]);
  if (leftShape !== rightShape) return `schema ${leftShape} became ${rightShape}`;
  if (left.numRows !== right.numRows) return `${left.numRows} rows became ${right.numRows}`;
  for (const [i, field] of left.schema.fields.entries()) {
    const before = rawValues(left.getChildAt(i)!);
    const after = rawValues(right.getChildAt(i)!);
    for (let row = 0; row < left.numRows; row++) {
      if (before[row] !== after[row])
        return `${field.name} (${field.type}) row ${row}: ${before[row]} became ${after[row]}`;
    }
  }
  return undefined;
}

/** Each value as its bytes in hexadecimal, nulls as null; lists and maps in brackets, structs in braces. */
export function rawValues(vector: Vector): (string | null)[] {
  return vector.data.flatMap((data) => Array.from({ length: data.length }, (_, i) => rawValue(data as Data, i)));
}

function rawValue(data: Data, i: number): string | null {
  if (data.typeId === 1 || !data.getValid(i)) return null;
  switch (data.typeId) {
    case 12:
    case 17:
    case 21:
      return elements(data, Number(data.valueOffsets[i]), Number(data.valueOffsets[i + 1]));
    case 16:
      return elements(data, i * data.stride, (i + 1) * data.stride);
    case 13:
      return `{${data.children.map((child) => rawValue(child as Data, i)).join(",")}}`;
  }
  if (data.typeId === 6) {
    const bit = data.offset + i;
    return String((data.values[bit >> 3] >> (bit & 7)) & 1);
  }
  if (data.typeId === -1) {
    let place = Number(data.values[i]);
    for (const piece of (data.dictionary as Vector).data) {
      if (place < piece.length) return rawValue(piece as Data, place);
      place -= piece.length;
    }
    return "no such entry";
  }
  const { values } = data as { values: ArrayBufferView };
  const bytes = Buffer.from(values.buffer, values.byteOffset, values.byteLength);
  if (data.valueOffsets)
    return bytes.subarray(Number(data.valueOffsets[i]), Number(data.valueOffsets[i + 1])).toString("hex");
  const width = ((values as unknown as Uint8Array).BYTES_PER_ELEMENT ?? 1) * data.stride;
  return bytes.subarray(i * width, (i + 1) * width).toString("hex");
}

function elements({ children }: Data, start: number, end: number): string {
  return `[${Array.from({ length: end - start }, (_, i) => rawValue(children[0] as Data, start + i)).join(",")}]`;
}

function fieldTexts(fields: readonly Field[]): unknown[] {
  return fields.map(({ name, type, nullable, metadata }) => [name, typeParts(type), nullable, [...metadata]]);
}

function typeParts(type: DataType): unknown {
  // No time zone is null or undefined, as Arrow's constructors and its IPC have it.
  const { timezone = null } = type as { timezone?: string | null };
  if (type.typeId !== -1) return [type.typeId, { ...type, children: fieldTexts(type.children ?? []), timezone }];
  const { indices, dictionary, isOrdered } = type as unknown as {
    indices: DataType;
    dictionary: DataType;
    isOrdered: boolean;
  };
  return ["dictionary", typeParts(indices), typeParts(dictionary), isOrdered];
}
