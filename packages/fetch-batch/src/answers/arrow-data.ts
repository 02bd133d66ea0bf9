import type { Data } from "apache-arrow";
import { AnswerError } from "../errors/answer-error.js";
import type { Id } from "../ids/ids-for-people.js";
import type { Arrow } from "../load-arrow.js";
import { unsuitableValue } from "./unsuitable-value.js";

/** What every run of a column has. */
export interface FilledRun {
  readonly length: number;
  readonly nullCount: number;
  readonly nullBitmap: Uint8Array | null;
}

const mostBytes = 2 ** 31 - 1;

/** Arrow's bitmap of the values that are neither null nor `undefined`; `null` where all are. */
export function nullBitmap(values: readonly unknown[], nullCount: number): Uint8Array | null {
  if (nullCount === 0) return null;
  const bits = new Uint8Array((values.length + 7) >> 3);
  for (let row = 0; row < values.length; row++) {
    if (values[row] !== null && values[row] !== undefined) bits[row >> 3]! |= 1 << (row & 7);
  }
  return bits;
}

/**
 * Texts as `Utf8`.
 *
 * @throws FetchBatchError `unsuitable-value` for a lone surrogate; AnswerError `batch-too-large` beyond 2 GiB
 */
export function textData(
  arrow: Arrow,
  name: string,
  values: readonly (string | null | undefined)[],
  run: FilledRun,
  idAt: (row: number) => Id,
): Data {
  const valueOffsets = new Int32Array(values.length + 1);
  let size = 0;
  for (let row = 0; row < values.length; row++) {
    const text = values[row];
    if (text !== null && text !== undefined) {
      if (!text.isWellFormed()) {
        throw unsuitableValue(name, idAt(row), text, "a text with a surrogate that lacks its partner");
      }
      size += Buffer.byteLength(text);
      if (size > mostBytes) throw tooLarge(name, values.length);
    }
    valueOffsets[row + 1] = size;
  }
  const data = Buffer.from(new ArrayBuffer(size));
  for (let row = 0; row < values.length; row++) {
    const text = values[row];
    if (text !== null && text !== undefined && text !== "") data.write(text, valueOffsets[row]!);
  }
  const bytes = new Uint8Array(data.buffer, 0, size);
  return arrow.makeData({ type: new arrow.Utf8(), ...run, valueOffsets, data: bytes });
}

/** Bytes as `Binary`. @throws AnswerError `batch-too-large` beyond 2 GiB */
export function bytesData(
  arrow: Arrow,
  name: string,
  values: readonly (Uint8Array | null | undefined)[],
  run: FilledRun,
): Data {
  const valueOffsets = new Int32Array(values.length + 1);
  let size = 0;
  for (let row = 0; row < values.length; row++) {
    size += values[row]?.byteLength ?? 0;
    if (size > mostBytes) throw tooLarge(name, values.length);
    valueOffsets[row + 1] = size;
  }
  const data = new Uint8Array(size);
  for (let row = 0; row < values.length; row++) {
    const bytes = values[row];
    if (bytes !== null && bytes !== undefined) data.set(bytes, valueOffsets[row]!);
  }
  return arrow.makeData({ type: new arrow.Binary(), ...run, valueOffsets, data });
}

function tooLarge(name: string, rows: number): AnswerError {
  return new AnswerError(
    "batch-too-large",
    `Column ${JSON.stringify(name)} of one batch of ${rows} rows has more than 2 GiB. Set a smaller batchSize.`,
    { column: name, rows },
  );
}
