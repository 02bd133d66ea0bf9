import type { IdKind } from "@larder/core";
import type { Data, Field, Table } from "apache-arrow";
import type { ArrowLikeType } from "../arrow/arrow-like.js";
import type { Arrow } from "../arrow/load-arrow.js";
import { ownField } from "../arrow/own-arrow-type.js";
import type { PartColumn } from "./part-record.js";
import { keyColumn } from "./parts/part-columns.js";
import { idType } from "./unstored-rows.js";

/** A column, and what is told of it. */
export interface DescribedData {
  readonly described: PartColumn;
  readonly data: Data;
}

/**
 * A table of columns of one length, in one chunk.
 *
 * @param fields of the first columns, without nulls
 * @param leading the data of these
 * @param columns those that follow, which may have nulls
 */
export function tableOf(
  arrow: Arrow,
  length: number,
  fields: readonly Field[],
  leading: readonly Data[],
  columns: readonly DescribedData[],
): Table {
  const all = [...fields];
  const children = [...leading];
  for (const { described, data } of columns) {
    const metadata = new Map(Object.entries(described.metadata ?? {}));
    const like = { name: described.name, type: data.type as ArrowLikeType, nullable: true, metadata };
    const field = ownField(arrow, like, all.length);
    all.push(field);
    children.push(data.clone(field.type));
  }
  const schema = new arrow.Schema(all);
  const data = arrow.makeData({ type: new arrow.Struct(all), length, nullCount: 0, children });
  return new arrow.Table(schema, [new arrow.RecordBatch(schema, data)]);
}

/** The field of the id column. */
export function idField(arrow: Arrow, idColumn: string, idKind: IdKind): Field {
  return new arrow.Field(idColumn, idType(arrow, idKind), false);
}

/** The first fields of a part: the id column and, where ids are texts, the column of keys. */
export function partIdFields(arrow: Arrow, idColumn: string, idKind: IdKind): Field[] {
  const id = idField(arrow, idColumn, idKind);
  return idKind === "text" ? [id, new arrow.Field(keyColumn, new arrow.Int64(), false)] : [id];
}
