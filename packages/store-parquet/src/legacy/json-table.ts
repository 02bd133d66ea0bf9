import type { Table } from "apache-arrow";
import { loadArrow } from "../arrow/load-arrow.js";
import { type JsonCell, jsonColumn } from "./json-column.js";
import { type JsonNode, JsonNumber, jsonDocument } from "./json-document.js";
import { type LegacyColumn, tableOfColumns } from "./legacy-column.js";
import { damagedLegacy, unsupportedLegacy } from "./legacy-errors.js";
import { utf8Text } from "./utf8-text.js";

/**
 * The table of a JSON file, in one of three shapes:
 *
 * - an array of records: `[{"a": 1}, {"a": 2}]`;
 * - an object of columns of equal length: `{"a": [1, 2]}`;
 * - JSON lines, a record in each: `{"a": 1}⏎{"a": 2}`.
 *
 * Columns stand in the order in which their names first come; what a record lacks is null. The type of a column is that of all
 * its values, as {@link jsonColumn} says.
 *
 * @throws LarderError `damaged-legacy` for what is no JSON or has columns of unequal length; `unsupported-legacy` for another
 *   shape, values that are nested or of several types, numbers that no type holds
 */
export async function jsonTable(bytes: Uint8Array, origin: string): Promise<Table> {
  const arrow = await loadArrow();
  const columns = [...jsonColumns(utf8Text(bytes, origin), origin)].map(([name, cells]): LegacyColumn => {
    return jsonColumn(arrow, name, cells, origin);
  });
  return tableOfColumns(arrow, columns, origin);
}

function jsonColumns(text: string, origin: string): Map<string, JsonCell[]> {
  const whole = parsedWhole(text);
  if (whole instanceof SyntaxError) return columnsOfRecords(recordsOfLines(text, whole, origin), origin);
  if (Array.isArray(whole)) return columnsOfRecords(whole, origin);
  if (!(whole instanceof Map) || whole.size === 0) throw otherShape(origin);
  const values = [...whole.values()];
  if (values.every(Array.isArray)) {
    return new Map(
      [...whole].map(([name, cells]) => [name, (cells as JsonNode[]).map((cell) => cellOf(cell, name, origin))]),
    );
  }
  if (values.some((value) => Array.isArray(value) || value instanceof Map)) throw otherShape(origin);
  return columnsOfRecords([whole], origin);
}

function parsedWhole(text: string): JsonNode | SyntaxError {
  try {
    return jsonDocument(text);
  } catch (error) {
    if (error instanceof SyntaxError) return error;
    return new SyntaxError("it is nested too deep", { cause: error });
  }
}

function recordsOfLines(text: string, whole: SyntaxError, origin: string): JsonNode[] {
  const lines = text.split("\n");
  // One document over several lines is not JSON lines: its own mistake is the one to tell.
  if (!text.trimStart().startsWith("{") || lines.filter((line) => line.trim() !== "").length < 2) {
    throw damagedLegacy(origin, `it is not JSON (${whole.message})`, whole);
  }
  const records: JsonNode[] = [];
  for (const [index, line] of lines.entries()) {
    if (line.trim() === "") continue;
    const record = parsedWhole(line);
    if (record instanceof SyntaxError) {
      const reason = `it is not JSON (${whole.message}), nor is its line ${index + 1} (${record.message})`;
      throw damagedLegacy(origin, reason, record);
    }
    records.push(record);
  }
  return records;
}

function columnsOfRecords(records: readonly JsonNode[], origin: string): Map<string, JsonCell[]> {
  const columns = new Map<string, JsonCell[]>();
  for (const [row, record] of records.entries()) {
    if (!(record instanceof Map)) throw otherShape(origin);
    for (const [name, value] of record) {
      const cells = columns.get(name) ?? new Array<JsonCell>(row).fill(null);
      while (cells.length < row) cells.push(null);
      cells.push(cellOf(value, name, origin));
      columns.set(name, cells);
    }
  }
  for (const cells of columns.values()) while (cells.length < records.length) cells.push(null);
  if (records.length > 0 && columns.size === 0) throw otherShape(origin);
  return columns;
}

function cellOf(value: JsonNode, name: string, origin: string): JsonCell {
  if (value === null || typeof value !== "object" || value instanceof JsonNumber) return value;
  const reason = `column ${JSON.stringify(name)} holds lists or objects`;
  throw unsupportedLegacy(origin, reason, "Flatten it where it was made, or keep it in a format with nested types.");
}

function otherShape(origin: string): Error {
  return unsupportedLegacy(
    origin,
    "it is neither an array of records, nor an object of columns, nor JSON lines",
    "Write it in one of these shapes; of pandas: to_json(orient='records').",
  );
}
