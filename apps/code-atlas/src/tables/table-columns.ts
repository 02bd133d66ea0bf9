import { Dictionary, Int32, makeData, type Table, Utf8, Vector } from "apache-arrow";

/** A column of numbers. */
export function numberColumn(numbers: Int32Array | readonly number[]): Vector<Int32> {
  const data = numbers instanceof Int32Array ? numbers : Int32Array.from(numbers);
  return new Vector([makeData({ type: new Int32(), length: data.length, nullCount: 0, data })]);
}

/** A column of texts that are mostly different; none may hold half a pair of surrogates. */
export function textColumn(texts: readonly string[]): Vector<Utf8> {
  return new Vector([textData(texts)]);
}

/** A column of texts of which many are the same: places in `names`, -1 for null. */
export function namesColumn(
  places: Int32Array | readonly number[],
  names: readonly string[],
): Vector<Dictionary<Utf8, Int32>> {
  const indices = Int32Array.from(places);
  const nullBitmap = new Uint8Array(Math.ceil(indices.length / 8));
  let nullCount = 0;
  for (const [row, index] of indices.entries()) {
    if (index >= 0) nullBitmap[row >> 3]! |= 1 << (row & 7);
    else {
      indices[row] = 0;
      nullCount += 1;
    }
  }
  const type = new Dictionary(new Utf8(), new Int32());
  // Places of nothing but nulls still need a name to point at.
  const dictionary = new Vector([textData(names.length === 0 ? [""] : names)]);
  return new Vector([
    makeData({
      type,
      length: indices.length,
      nullCount,
      ...(nullCount > 0 && { nullBitmap }),
      data: indices,
      dictionary,
    }),
  ]);
}

/** The numbers of a column without nulls. */
export function numbersOf(table: Table, name: string): Int32Array {
  return columnOf(table, name).toArray() as Int32Array;
}

/** The texts of a column. */
export function textsOf(table: Table, name: string): (string | null)[] {
  const column = columnOf(table, name);
  const texts: (string | null)[] = new Array(column.length);
  let row = 0;
  for (const data of column.data) {
    const { dictionary } = data;
    if (dictionary === undefined) for (const text of new Vector([data])) texts[row++] = text as string | null;
    else {
      // Each name is made a text once.
      const names = [...dictionary] as string[];
      const { values, length } = data;
      for (let at = 0; at < length; at++) texts[row++] = data.getValid(at) ? names[values[at] as number]! : null;
    }
  }
  return texts;
}

function columnOf(table: Table, name: string): Vector {
  const column = table.getChild(name);
  if (column === null) throw new Error(`The table has no column '${name}'.`);
  return column;
}

function textData(texts: readonly string[]) {
  const valueOffsets = new Int32Array(texts.length + 1);
  for (const [at, text] of texts.entries()) valueOffsets[at + 1] = valueOffsets[at]! + Buffer.byteLength(text);
  const data = Buffer.from(texts.join(""));
  return makeData({ type: new Utf8(), length: texts.length, nullCount: 0, valueOffsets, data });
}
