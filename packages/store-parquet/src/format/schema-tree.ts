import { damagedParquet, unsupportedParquet } from "./parquet-errors.js";
import type { SchemaElement } from "./parquet-file-reader.js";

/** An element of a Parquet schema with what is below it. */
export interface SchemaNode {
  readonly element: SchemaElement;
  readonly children: readonly SchemaNode[];
  /** For a leaf: its place among the chunks of a row group. */
  readonly chunkIndex: number;
}

/** Deeper than any type this package keeps; few enough that levels fit into a byte. */
export const mostSchemaDepth = 80;

/**
 * The columns of a schema, which a file lists from the root down, each element before those below it.
 *
 * @throws LarderError `damaged-parquet` when the counts do not come out even, `unsupported-parquet` when it is too deep
 */
export function schemaTree(elements: readonly SchemaElement[]): { columns: SchemaNode[]; leafCount: number } {
  let at = 0;
  let leafCount = 0;
  const next = (depth: number): SchemaNode => {
    const element = elements[at++];
    if (!element) throw damagedParquet("its schema ends too early");
    if (depth > 0 && typeof element.name !== "string") throw damagedParquet("a column of its schema has no name");
    if (depth > mostSchemaDepth) throw unsupportedParquet(`a schema more than ${mostSchemaDepth} levels deep`);
    const count = element.num_children ?? 0;
    if (!(count >= 0) || (element.type && count > 0)) throw damagedParquet("a column of its schema contradicts itself");
    const chunkIndex = element.type ? leafCount++ : -1;
    const children: SchemaNode[] = [];
    for (let i = 0; i < count; i++) children.push(next(depth + 1));
    return { element, children, chunkIndex };
  };
  const root = next(0);
  if (at !== elements.length) throw damagedParquet("its schema has elements that belong to no column");
  return { columns: [...root.children], leafCount };
}
