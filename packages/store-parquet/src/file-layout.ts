import type { Field } from "apache-arrow";
import type { ArrowLikeField } from "./arrow-like.js";
import { arrowSchemaKey, decodeArrowSchema, type StatedSchema } from "./arrow-schema-entry.js";
import { foreignType } from "./foreign-type.js";
import type { Arrow } from "./load-arrow.js";
import { ownType } from "./own-arrow-type.js";
import { damagedParquet, parsing } from "./parquet-errors.js";
import type { ColumnMetaData, FileMetaData, RowGroup, SchemaElement } from "./parquet-file-reader.js";
import { canBeReadAs, type ParquetLeaf } from "./parquet-leaf.js";

/** A Parquet file as its footer describes it, checked for contradictions. */
export interface FileLayout {
  readonly byteLength: number;
  readonly rows: number;
  readonly columns: readonly StoredColumn[];
  readonly rowGroups: readonly StoredRowGroup[];
  /** Metadata of the Arrow schema. */
  readonly metadata: Map<string, string>;
}

/** A column that can be read, or one that can't and why. */
export type StoredColumn = { readonly name: string } & (
  | {
      readonly field: Field;
      readonly leaf: ParquetLeaf;
      readonly optional: boolean;
      /** Its place among the chunks of a row group. */
      readonly chunkIndex: number;
    }
  | { readonly field?: undefined; readonly reason: string }
);

/** A column that can be read. */
export type ReadableColumn = Extract<StoredColumn, { field: Field }>;

export interface StoredRowGroup {
  readonly firstRow: number;
  readonly rows: number;
  readonly chunks: readonly StoredChunk[];
}

/** Where a column chunk lies: bytes from `start` to `end` of the file. */
export interface StoredChunk {
  readonly start: number;
  readonly end: number;
  readonly metadata: ColumnMetaData;
  readonly offsetIndex?: { readonly start: number; readonly end: number };
}

/** Makes sense of a footer. @throws LarderError `damaged-parquet` when it contradicts itself or the file */
export function describeFile(arrow: Arrow, metadata: FileMetaData, byteLength: number): FileLayout {
  return parsing("its footer", {}, () => {
    const entries = new Map((metadata.key_value_metadata ?? []).map(({ key, value }) => [key, value ?? ""]));
    const stated = entries.get(arrowSchemaKey);
    const arrowSchema = stated === undefined ? undefined : decodeArrowSchema(stated);
    const { columns, leafCount } = describeColumns(arrow, metadata.schema, arrowSchema);
    const rowGroups = describeRowGroups(metadata.row_groups, columns, leafCount, byteLength);
    const rows = rowGroups.reduce((sum, group) => sum + group.rows, 0);
    if (rows !== Number(metadata.num_rows)) throw damagedParquet("its row groups do not hold the rows it states");
    entries.delete(arrowSchemaKey);
    return { byteLength, rows, columns, rowGroups, metadata: arrowSchema ? arrowSchema.metadata : entries };
  });
}

function describeColumns(
  arrow: Arrow,
  elements: readonly SchemaElement[],
  arrowSchema: StatedSchema | undefined,
): { columns: StoredColumn[]; leafCount: number } {
  const columns: StoredColumn[] = [];
  const topLevel = elements[0]?.num_children ?? 0;
  // The schema entry of the file counts only where it speaks of the same columns.
  const fields = arrowSchema?.fields.length === topLevel ? arrowSchema.fields : [];
  let at = 1;
  let leafCount = 0;
  for (let i = 0; i < topLevel; i++) {
    const element = elements[at];
    if (typeof element?.name !== "string") throw damagedParquet("a column of its schema has no name");
    const span = measure(elements, at);
    const field = fields[i]?.name === element.name ? fields[i] : undefined;
    columns.push(describeColumn(arrow, element, span.leaves, leafCount, field));
    at += span.elements;
    leafCount += span.leaves;
  }
  if (at !== elements.length) throw damagedParquet("its schema has elements that belong to no column");
  return { columns, leafCount };
}

/** How many elements a column takes in the schema, and how many of them are leaves. */
function measure(elements: readonly SchemaElement[], start: number): { elements: number; leaves: number } {
  let open = 1;
  let leaves = 0;
  let at = start;
  for (; open > 0; at++) {
    const element = elements[at];
    if (!element || (element.num_children ?? 0) < 0) throw damagedParquet("its schema ends too early");
    open += (element.num_children ?? 0) - 1;
    if (element.type) leaves++;
  }
  return { elements: at - start, leaves };
}

function describeColumn(
  arrow: Arrow,
  element: SchemaElement,
  leaves: number,
  chunkIndex: number,
  stated: ArrowLikeField | undefined,
): StoredColumn {
  const { name, type } = element;
  if (!type || leaves !== 1 || element.num_children) return { name, reason: "it is nested (a list, struct or map)" };
  if (element.repetition_type === "REPEATED") return { name, reason: "it is repeated" };
  const leaf: ParquetLeaf = { ...element, type };
  const optional = element.repetition_type === "OPTIONAL";
  const arrowType = stated && canBeReadAs(stated.type, leaf) ? ownType(arrow, stated.type) : foreignType(arrow, leaf);
  if (!arrowType) return { name, reason: `its Parquet type ${type} with its annotation has no counterpart in Arrow` };
  const field = new arrow.Field(name, arrowType, stated?.nullable ?? optional, new Map(stated?.metadata ?? []));
  return { name, field, leaf, optional, chunkIndex };
}

function describeRowGroups(
  groups: readonly RowGroup[],
  columns: readonly StoredColumn[],
  leafCount: number,
  byteLength: number,
): StoredRowGroup[] {
  let firstRow = 0;
  return groups.map((group) => {
    const rows = Number(group.num_rows);
    if (!Number.isSafeInteger(rows) || rows < 0) throw damagedParquet("a row group has no sensible number of rows");
    if (group.columns.length !== leafCount) throw damagedParquet("a row group does not hold every column");
    const chunks = group.columns.map((chunk): StoredChunk => {
      const { meta_data: metadata, offset_index_offset: indexStart, offset_index_length: indexLength } = chunk;
      if (chunk.file_path || !metadata) throw damagedParquet("a column lies in another file");
      const dictionary = Number(metadata.dictionary_page_offset ?? 0);
      const data = Number(metadata.data_page_offset);
      const start = dictionary > 0 && data > 0 ? Math.min(dictionary, data) : Math.max(dictionary, data);
      const end = start + Number(metadata.total_compressed_size);
      if (!(start >= 4 && end >= start && end <= byteLength - 8))
        throw damagedParquet("a column lies outside the file");
      const index = { start: Number(indexStart ?? 0), end: Number(indexStart ?? 0) + (indexLength ?? 0) };
      const usable = index.start > 0 && index.end > index.start && index.end <= byteLength;
      return { start, end, metadata, ...(usable && { offsetIndex: index }) };
    });
    for (const column of columns) {
      if (!column.field) continue;
      const { metadata } = chunks[column.chunkIndex]!;
      if (metadata.type !== column.leaf.type || Number(metadata.num_values) !== rows) {
        throw damagedParquet(`column ${JSON.stringify(column.name)} does not match the schema`);
      }
    }
    const described = { firstRow, rows, chunks };
    firstRow += rows;
    return described;
  });
}
