import { LarderError } from "@larder/core";

const comma = 0x2c;
const quote = 0x22;
const newline = 0x0a;
const carriageReturn = 0x0d;

/** One line of a CSV file: where its fields lie in `bytes`. Reused for every line: take what you need at once. */
export interface CsvLine {
  readonly bytes: Uint8Array;
  /** 1 for the header. */
  readonly number: number;
  readonly fieldCount: number;
  /** First byte of a field, without its quotes. */
  start(field: number): number;
  /** The byte after the last of a field, without its quotes. */
  end(field: number): number;
  /** The field as text, doubled quotes undone. */
  text(field: number): string;
}

/**
 * Reads CSV (RFC 4180, UTF-8, comma, first line is the header) from bytes, without making a string of any field nobody
 * asks for.
 *
 * @param bytes - the whole file
 * @param name - what to call the file in messages
 * @param columns - the columns needed, by their names in the header
 * @param eachLine - called for every line after the header; `fields[i]` is where `columns[i]` stands in it
 * @throws LarderError `missing-columns` naming the columns that are not there, `damaged-csv` for a line with another
 *   number of fields or a quote that never ends
 */
export function readCsv(
  bytes: Uint8Array,
  name: string,
  columns: readonly string[],
  eachLine: (line: CsvLine, fields: readonly number[]) => void,
): void {
  const fields: number[] = [];
  let width = 0;
  forEachLine(bytes, name, (line) => {
    if (line.number === 1) {
      const header = Array.from({ length: line.fieldCount }, (_, field) => line.text(field).trim());
      refuseMissingColumns(name, header, columns);
      fields.push(...columns.map((column) => header.indexOf(column)));
      width = header.length;
      return;
    }
    if (line.fieldCount !== width) {
      throw new LarderError(
        `Line ${line.number} of ${name} has ${line.fieldCount} fields where its header has ${width}. Mend that line, or write the file again if it was cut short.`,
        { code: "damaged-csv", facts: { file: name, line: line.number, fields: line.fieldCount, expected: width } },
      );
    }
    eachLine(line, fields);
  });
}

/** Names the columns of `needed` that `present` lacks, in an error. */
export function refuseMissingColumns(name: string, present: readonly string[], needed: readonly string[]): void {
  const missing = needed.filter((column) => !present.includes(column));
  if (missing.length === 0) return;
  const shown = present.slice(0, 12).map(plainName);
  throw new LarderError(
    `${name} has no column${missing.length === 1 ? "" : "s"} ${missing.join(", ")}; it has ${shown.join(", ")}${present.length > 12 ? ", …" : ""}. It needs ${needed.join(", ")}.`,
    { code: "missing-columns", facts: { file: name, missing, present } },
  );
}

/** A name that a terminal can show: no control characters, not too long. */
function plainName(column: string): string {
  const plain = column.replace(/[^\p{L}\p{N}\p{P}\p{S} ]/gu, "?");
  return plain.length > 40 ? `${plain.slice(0, 40)}…` : plain || "(no name)";
}

function forEachLine(bytes: Uint8Array, name: string, visit: (line: CsvLine) => void): void {
  let starts = new Int32Array(64);
  let ends = new Int32Array(64);
  let fieldCount = 0;
  let number = 0;
  const decoder = new TextDecoder();
  const line: CsvLine = {
    bytes,
    get number() {
      return number;
    },
    get fieldCount() {
      return fieldCount;
    },
    start: (field) => starts[field]!,
    end: (field) => ends[field]!,
    text: (field) => decoder.decode(bytes.subarray(starts[field], ends[field])).replaceAll('""', '"'),
  };
  // A byte order mark is no part of the first name.
  let at = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0;
  while (at < bytes.length) {
    fieldCount = 0;
    number++;
    for (;;) {
      if (fieldCount === starts.length) {
        starts = widened(starts);
        ends = widened(ends);
      }
      if (bytes[at] === quote) {
        const from = ++at;
        while (at < bytes.length && (bytes[at] !== quote || bytes[at + 1] === quote)) {
          at += bytes[at] === quote ? 2 : 1;
        }
        if (at >= bytes.length) {
          throw new LarderError(`Line ${number} of ${name} opens a quote that never closes. Mend that line.`, {
            code: "damaged-csv",
            facts: { file: name, line: number },
          });
        }
        starts[fieldCount] = from;
        ends[fieldCount] = at++;
        while (at < bytes.length && bytes[at] !== comma && bytes[at] !== newline) at++;
      } else {
        const from = at;
        while (at < bytes.length && bytes[at] !== comma && bytes[at] !== newline) at++;
        starts[fieldCount] = from;
        ends[fieldCount] = at > from && bytes[at - 1] === carriageReturn && bytes[at] !== comma ? at - 1 : at;
      }
      fieldCount++;
      if (bytes[at] !== comma) break;
      at++;
    }
    at++;
    const blank = fieldCount === 1 && starts[0] === ends[0];
    if (!blank) visit(line);
  }
}

function widened(array: Int32Array<ArrayBuffer>): Int32Array<ArrayBuffer> {
  const wider = new Int32Array(array.length * 2);
  wider.set(array);
  return wider;
}
