import { bytesSource } from "@larder/core";
import { openParquet } from "@larder/store-parquet";
import type { Table } from "apache-arrow";
import { expect } from "vitest";
import { logicalTexts } from "../support/logical-text.js";
import { firstDifference } from "./engine-difference.js";

/** A column as its writer has it. */
export interface WantedColumn {
  readonly name: string;
  /** See `logicalTexts`. */
  readonly texts: readonly (string | null)[];
  /** The Arrow type to be read, as Arrow prints it; any when left out. */
  readonly type?: string;
}

/** The columns of a table as they are to be found in a file of it. */
export function columnsOf(table: Table): WantedColumn[] {
  return table.schema.fields.map(({ name, type }, i) => ({
    name,
    texts: logicalTexts(table.getChildAt(i)!),
    type: String(type),
  }));
}

/** Reads the file, and expects these columns and no others. */
export async function expectColumns(bytes: Uint8Array, wanted: readonly WantedColumn[], file: string): Promise<void> {
  const found = await openParquet(bytesSource(bytes)).scan().toArrow();
  expect(found.schema.names, file).toEqual(wanted.map(({ name }) => name));
  for (const [place, { name, texts, type }] of wanted.entries()) {
    const column = found.getChildAt(place)!;
    if (type !== undefined) expect(`${name} ${column.type}`, file).toBe(`${name} ${type}`);
    expect(firstDifference(texts, logicalTexts(column)), `${name} (${column.type}) of ${file}`).toBeUndefined();
  }
}
