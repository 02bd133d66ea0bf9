import type { IdKind } from "@larder/core";
import type { Data, Table } from "apache-arrow";
import type { ArrowLikeType } from "../arrow/arrow-like.js";
import type { Arrow } from "../arrow/load-arrow.js";
import { ownField } from "../arrow/own-arrow-type.js";
import type { IdSet } from "./ids/id-set.js";
import { idsIn } from "./ids/make-id-set.js";
import type { PartColumn } from "./part-record.js";
import { keyColumn } from "./parts/part-columns.js";
import { utf8Column } from "./utf8-column.js";

/** Columns of a part's data, in the order of its keys. */
export interface PartData {
  readonly described: PartColumn;
  readonly data: Data;
}

/** The rows of a part as a table: ids, keys where the ids are texts, and its columns. */
export function partTable(
  arrow: Arrow,
  idColumn: string,
  keys: IdSet,
  texts: readonly string[] | undefined,
  columns: readonly PartData[],
): Table {
  const numbers = arrow.makeData({ type: new arrow.Int64(), length: keys.size, nullCount: 0, data: idsIn(keys) });
  const fields = [new arrow.Field(idColumn, texts ? new arrow.Utf8() : new arrow.Int64(), false)];
  const children: Data[] = [texts ? utf8Column(arrow, texts) : numbers];
  if (texts) {
    fields.push(new arrow.Field(keyColumn, new arrow.Int64(), false));
    children.push(numbers);
  }
  for (const { described, data } of columns) {
    const metadata = new Map(Object.entries(described.metadata ?? {}));
    const like = { name: described.name, type: data.type as ArrowLikeType, nullable: true, metadata };
    const field = ownField(arrow, like, fields.length);
    fields.push(field);
    children.push(data.clone(field.type));
  }
  const schema = new arrow.Schema(fields);
  const data = arrow.makeData({ type: new arrow.Struct(fields), length: keys.size, nullCount: 0, children });
  return new arrow.Table(schema, [new arrow.RecordBatch(schema, data)]);
}

/** A part's table without rows. */
export function emptyPartTable(arrow: Arrow, idColumn: string, idKind: IdKind, none: IdSet): Table {
  return partTable(arrow, idColumn, none, idKind === "text" ? [] : undefined, []);
}
