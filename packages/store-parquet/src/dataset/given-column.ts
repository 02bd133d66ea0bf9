import { LarderError } from "@larder/core";
import type { Data, DataType } from "apache-arrow";
import { type ArrowLikeTable, type ArrowLikeType, isArrowLikeTable } from "../arrow/arrow-like.js";
import type { Arrow } from "../arrow/load-arrow.js";
import { ownType } from "../arrow/own-arrow-type.js";
import { typeText } from "../arrow/type-text.js";
import { explainUnstorable } from "../write/explain-unstorable.js";
import { castColumn } from "./columns/cast-column.js";
import { takeColumn } from "./columns/take-column.js";
import { ownData } from "./own-data.js";

/** A column of a table given from outside, as chunks of our own. */
export interface GivenColumn {
  readonly type: DataType;
  readonly metadata: ReadonlyMap<string, string>;
  readonly chunks: readonly Data[];
}

/** A table given from outside. @throws LarderError `unstorable-table` */
export function givenTable(value: unknown): ArrowLikeTable {
  const reason = explainUnstorable(value);
  if (reason !== undefined || !isArrowLikeTable(value)) {
    throw new LarderError(`The rows can't be kept. ${reason}`, { code: "unstorable-table", facts: { reason } });
  }
  return value;
}

/** A column by its name; `undefined` when the table lacks it. */
export function givenColumn(arrow: Arrow, table: ArrowLikeTable, name: string): GivenColumn | undefined {
  const place = table.schema.fields.findIndex((field) => field.name === name);
  if (place < 0) return undefined;
  const { type, metadata } = table.schema.fields[place]!;
  const chunks = ownData(
    arrow,
    table.batches.map((batch) => batch.data.children[place]!),
  );
  return { type: chunks[0]?.type ?? ownType(arrow, type), metadata, chunks };
}

/** A column turned into a type where that is exact. What is null throughout fits every type. @throws ColumnTypeError */
export function asType(arrow: Arrow, data: Data, type: DataType, column: string): Data {
  if (typeText(data.type as ArrowLikeType) === typeText(type as ArrowLikeType)) return data;
  return data.nullCount === data.length ? nulls(arrow, type, data.length) : castColumn(arrow, data, type, column);
}

/** So many nulls. */
export function nulls(arrow: Arrow, type: DataType, length: number): Data {
  return takeColumn(arrow, type, [], { length, row: new Int32Array(length).fill(-1) });
}
