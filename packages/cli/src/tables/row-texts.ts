import type { Table } from "apache-arrow";
import { type CellValue, cellReaders } from "./cell-values.js";

/** Ways to write rows as text. */
export type TextFormat = "csv" | "jsonl";

/**
 * A table as text, in pieces of many rows.
 *
 * CSV as RFC 4180, with `\n`: null is an empty field, an empty text is `""`; nested values are JSON; a null alone in
 * its row is `""`, for many readers pass over empty lines. JSON lines: integers of any
 * size with all their digits; what JSON has no number for is null. In both, bytes are base64, moments ISO 8601.
 */
export async function* rowTexts(
  batches: AsyncIterable<Table>,
  columns: readonly string[],
  format: TextFormat,
): AsyncGenerator<string, void> {
  if (format === "csv") yield `${columns.map(csvText).join(",")}\n`;
  const names = columns.map((name) => JSON.stringify(name));
  for await (const table of batches) {
    for (const batch of table.batches) {
      const readers = cellReaders(batch);
      const lines: string[] = [];
      for (let row = 0; row < batch.numRows; row++) {
        const line =
          format === "csv"
            ? readers.map((read) => csvCell(read(row))).join(",")
            : `{${readers.map((read, at) => `${names[at]}:${jsonText(read(row))}`).join(",")}}`;
        lines.push(line);
      }
      // A row of one empty field must not be an empty line.
      if (lines.length > 0) yield `${lines.map((line) => (line === "" ? '""' : line)).join("\n")}\n`;
    }
  }
}

function csvCell(value: CellValue): string {
  if (value === null) return "";
  if (value === "") return '""';
  return csvText(typeof value === "object" ? jsonText(value) : String(value));
}

function csvText(text: string): string {
  return /[",\r\n]/.test(text) || /^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** A value as JSON, big integers with all their digits. */
export function jsonText(value: CellValue): string {
  if (typeof value === "bigint") return String(value);
  if (value === null || typeof value !== "object") return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(jsonText).join(",")}]`;
  const pairs = Object.entries(value as Readonly<Record<string, CellValue>>);
  return `{${pairs.map(([name, item]) => `${JSON.stringify(name)}:${jsonText(item)}`).join(",")}}`;
}

/** A cell as a person reads it in a table. */
export function shownCell(value: CellValue): string {
  if (value === null) return "·";
  return typeof value === "object" ? jsonText(value) : String(value);
}
