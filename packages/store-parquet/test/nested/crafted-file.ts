import * as arrow from "apache-arrow";
import { arrowSchemaKey, encodeArrowSchema } from "../../src/arrow/arrow-schema-entry.js";
import type { EncodedPage } from "../../src/format/encoded-chunk.js";
import type { SchemaElement } from "../../src/format/parquet-file-reader.js";
import { createParquetFile } from "../../src/format/parquet-file-writer.js";
import { encodeLevels } from "../../src/write/nested/encode-levels.js";

/** One column chunk of 32-bit integers: its entries as `[repetition level, definition level, value]`. */
export interface CraftedLeaf {
  readonly path: readonly string[];
  readonly maxRepetition: number;
  readonly maxDefinition: number;
  /** Entries of each page; a value stands where the definition level is the highest. */
  readonly pages: readonly (readonly Entry[])[];
}

export type Entry = readonly [repetition: number, definition: number, value?: number];

/**
 * A Parquet file of any schema, with one row group, written entry by entry: also one that contradicts itself.
 *
 * @param stated what the file says its column was in Arrow
 */
export async function craftedFile(
  elements: readonly SchemaElement[],
  leaves: readonly CraftedLeaf[],
  rows: number,
  stated?: arrow.Field,
): Promise<Uint8Array> {
  const file = await createParquetFile({
    schema: [{ name: "schema", num_children: topLevel(elements) }, ...elements],
    leaves: leaves.map(({ path }) => ({ path, leaf: { type: "INT32" } })),
    metadata: stated ? [{ key: arrowSchemaKey, value: encodeArrowSchema(arrow, new arrow.Schema([stated])) }] : [],
    compression: "none",
  });
  const chunks = leaves.map((leaf) => {
    let firstRow = 0;
    const pages = leaf.pages.map((entries): EncodedPage => {
      const page = pageOf(leaf, entries, firstRow);
      firstRow += page.rows;
      return page;
    });
    const count = leaf.pages.flat().length;
    return { entries: count, nullCount: 0, pages, encodings: ["PLAIN" as const, "RLE" as const] };
  });
  for (const chunk of chunks) await file.addChunk(chunk);
  file.endRowGroup(rows);
  file.finish();
  return new Uint8Array(Buffer.concat(file.take()));
}

function pageOf(
  { maxRepetition, maxDefinition }: CraftedLeaf,
  entries: readonly Entry[],
  firstRow: number,
): EncodedPage {
  const levels = (place: 0 | 1, most: number): Uint8Array =>
    encodeLevels(
      Uint8Array.from(entries, (entry) => entry[place]),
      0,
      entries.length,
      most,
    );
  const values = entries.filter((entry) => entry[1] === maxDefinition).map((entry) => entry[2] ?? 0);
  return {
    firstRow,
    rows: entries.filter(([repetition]) => repetition === 0).length,
    entries: entries.length,
    nullCount: entries.length - values.length,
    encoding: "PLAIN",
    repetitionLevels: levels(0, maxRepetition),
    definitionLevels: levels(1, maxDefinition),
    body: [new Uint8Array(Int32Array.from(values).buffer)],
  };
}

function topLevel(elements: readonly SchemaElement[]): number {
  let count = 0;
  for (let at = 0; at < elements.length; count++) {
    for (let open = 1; open > 0; at++) open += (elements[at]!.num_children ?? 0) - 1;
  }
  return count;
}

const integer = { type: "INT32" } as const;

/** An element of 32-bit integers. */
export function leafElement(name: string, repetition_type: SchemaElement["repetition_type"]): SchemaElement {
  return { ...integer, name, repetition_type: repetition_type! };
}

/** A group with the elements below it. */
export function group(
  name: string,
  repetition_type: SchemaElement["repetition_type"],
  children: number,
  converted_type?: "LIST" | "MAP" | "MAP_KEY_VALUE",
): SchemaElement {
  return { name, repetition_type: repetition_type!, num_children: children, ...(converted_type && { converted_type }) };
}
