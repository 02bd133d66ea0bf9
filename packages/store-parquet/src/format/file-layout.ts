import type { Field } from "apache-arrow";
import { arrowSchemaKey, decodeArrowSchema, type StatedSchema } from "../arrow/arrow-schema-entry.js";
import type { Arrow } from "../arrow/load-arrow.js";
import type { ColumnShape } from "./column-shape.js";
import { describeColumn } from "./describe-column.js";
import { checkFileFormat, fileFormatKey } from "./file-format.js";
import { damagedParquet, parsing } from "./parquet-errors.js";
import type { ColumnMetaData, FileMetaData, SchemaElement } from "./parquet-file-reader.js";
import type { ParquetLeaf } from "./parquet-leaf.js";
import { schemaTree } from "./schema-tree.js";

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
  | { readonly field: Field; readonly leaves: readonly StoredLeaf[]; readonly shape: ColumnShape }
  | { readonly field?: undefined; readonly reason: string }
);

/** A leaf of a column: what is stored in one chunk of each row group. A flat column has one. */
export interface StoredLeaf {
  /** Names from the column down to the leaf. */
  readonly path: readonly string[];
  readonly leaf: ParquetLeaf;
  /** Its place among the chunks of a row group. */
  readonly chunkIndex: number;
  readonly maxDefinition: number;
  /** 0 where nothing around the leaf repeats: then it has one value or null for each row. */
  readonly maxRepetition: number;
}

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
  /** Rows of its row group. */
  readonly rows: number;
  readonly metadata: ColumnMetaData;
  readonly offsetIndex?: { readonly start: number; readonly end: number };
  readonly columnIndex?: { readonly start: number; readonly end: number };
}

/** Makes sense of a footer. @throws LarderError `damaged-parquet` when it contradicts itself or the file */
export function describeFile(arrow: Arrow, metadata: FileMetaData, byteLength: number): FileLayout {
  return parsing("its footer", {}, () => {
    const entries = new Map((metadata.key_value_metadata ?? []).map(({ key, value }) => [key, value ?? ""]));
    checkFileFormat(entries.get(fileFormatKey));
    const stated = entries.get(arrowSchemaKey);
    const arrowSchema = stated === undefined ? undefined : decodeArrowSchema(stated);
    const { columns, leafCount } = describeColumns(arrow, metadata.schema, arrowSchema);
    const rowGroups = describeRowGroups(metadata, columns, leafCount, byteLength);
    const rows = rowGroups.reduce((sum, group) => sum + group.rows, 0);
    if (rows !== Number(metadata.num_rows)) throw damagedParquet("its row groups do not hold the rows it states");
    entries.delete(arrowSchemaKey);
    entries.delete(fileFormatKey);
    return { byteLength, rows, columns, rowGroups, metadata: arrowSchema ? arrowSchema.metadata : entries };
  });
}

function describeColumns(
  arrow: Arrow,
  elements: readonly SchemaElement[],
  arrowSchema: StatedSchema | undefined,
): { columns: StoredColumn[]; leafCount: number } {
  const { columns, leafCount } = schemaTree(elements);
  // The schema entry of the file counts only where it speaks of the same columns.
  const fields = arrowSchema?.fields.length === columns.length ? arrowSchema.fields : [];
  const described = columns.map((node, i) => {
    const stated = fields[i]?.name === node.element.name ? fields[i] : undefined;
    return describeColumn(arrow, node, stated);
  });
  return { columns: described, leafCount };
}

function describeRowGroups(
  { row_groups: groups, created_by: writer }: FileMetaData,
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
      const statedEnd = start + Number(metadata.total_compressed_size);
      if (!(start >= 4 && statedEnd >= start && statedEnd <= byteLength - 8))
        throw damagedParquet("a column lies outside the file");
      const end = Math.min(statedEnd + unstatedBytes(writer), byteLength - 8);
      const offsetIndex = indexWithin(indexStart, indexLength, byteLength);
      const columnIndex = indexWithin(chunk.column_index_offset, chunk.column_index_length, byteLength);
      return { start, end, rows, metadata, ...(offsetIndex && { offsetIndex }), ...(columnIndex && { columnIndex }) };
    });
    for (const column of columns) {
      if (!column.field) continue;
      for (const { leaf, path, chunkIndex, maxRepetition } of column.leaves) {
        const { metadata } = chunks[chunkIndex]!;
        const values = Number(metadata.num_values);
        const named = path.length === metadata.path_in_schema.length;
        if (!named || path.some((name, i) => name !== metadata.path_in_schema[i])) {
          throw damagedParquet(`a part of column ${JSON.stringify(column.name)} bears another name`);
        }
        if (metadata.type !== leaf.type || !(maxRepetition > 0 ? values >= rows : values === rows)) {
          throw damagedParquet(`column ${JSON.stringify(column.name)} does not match the schema`);
        }
      }
    }
    const described = { firstRow, rows, chunks };
    firstRow += rows;
    return described;
  });
}

/**
 * How far a column may reach beyond its stated end: parquet-mr before 1.2.9 left the header of the dictionary out.
 *
 * Source: https://issues.apache.org/jira/browse/PARQUET-816
 */
function unstatedBytes(writer: string | undefined): number {
  return writer !== undefined && /^parquet-mr(?: version (?:0\.|1\.[01]\.|1\.2\.[0-8](?!\d))|$)/.test(writer) ? 100 : 0;
}

/** Where an index lies, or `undefined` when there is none within the file. */
function indexWithin(offset: bigint | undefined, length: number | undefined, byteLength: number) {
  const start = Number(offset ?? 0);
  const end = start + (length ?? 0);
  return start > 0 && end > start && end <= byteLength ? { start, end } : undefined;
}
