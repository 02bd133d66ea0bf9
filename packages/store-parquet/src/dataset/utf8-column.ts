import type { Data, Utf8 } from "apache-arrow";
import type { Arrow } from "../arrow/load-arrow.js";
import { bytesOver } from "../format/value-conversion.js";

/** Texts as an Arrow column; lone surrogates become U+FFFD. */
export function utf8Column(arrow: Arrow, texts: readonly string[]): Data<Utf8> {
  const offsets = new Int32Array(texts.length + 1);
  let end = 0;
  for (let i = 0; i < texts.length; i++) {
    end += Buffer.byteLength(texts[i]!, "utf8");
    offsets[i + 1] = end;
  }
  const data = new Uint8Array(end);
  const bytes = Buffer.from(data.buffer);
  for (let i = 0; i < texts.length; i++) bytes.write(texts[i]!, offsets[i]!, "utf8");
  return arrow.makeData({
    type: new arrow.Utf8(),
    length: texts.length,
    nullCount: 0,
    valueOffsets: offsets,
    data,
  });
}

/** The texts of a column without nulls. */
export function textsOfUtf8({ length, valueOffsets, values }: Data<Utf8>): string[] {
  const bytes = Buffer.from(values.buffer, values.byteOffset, values.byteLength);
  const texts = new Array<string>(length);
  for (let i = 0; i < length; i++) texts[i] = bytes.toString("utf8", valueOffsets[i], valueOffsets[i + 1]);
  return texts;
}

/** The rows in which two columns of one length, without nulls, differ. */
export function differingRows(a: Data<Utf8>, b: Data<Utf8>): number[] {
  const offsetsOfA = a.valueOffsets.subarray(0, a.length + 1);
  const offsetsOfB = b.valueOffsets.subarray(0, b.length + 1);
  const wholeOfA = a.values.subarray(offsetsOfA[0], offsetsOfA[a.length]);
  const wholeOfB = b.values.subarray(offsetsOfB[0], offsetsOfB[b.length]);
  if (isEqual(offsetsOfA, offsetsOfB) && Buffer.compare(wholeOfA, wholeOfB) === 0) return [];
  const rows: number[] = [];
  for (let row = 0; row < a.length; row++) {
    const textOfA = a.values.subarray(offsetsOfA[row], offsetsOfA[row + 1]);
    const textOfB = b.values.subarray(offsetsOfB[row], offsetsOfB[row + 1]);
    if (Buffer.compare(textOfA, textOfB) !== 0) rows.push(row);
  }
  return rows;
}

/** Whether two columns of offsets begin at one place and are the same. */
function isEqual(a: Int32Array, b: Int32Array): boolean {
  return Buffer.compare(bytesOver(a), bytesOver(b)) === 0;
}
