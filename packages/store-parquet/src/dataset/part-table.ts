import type { IdKind } from "@larder/core";
import type { Table } from "apache-arrow";
import type { Arrow } from "../arrow/load-arrow.js";
import { emptyIds, type IdSet } from "./ids/id-set.js";
import { idsIn } from "./ids/make-id-set.js";
import { type DescribedData, partIdFields, tableOf } from "./table-of.js";
import { utf8Column } from "./utf8-column.js";

/** The rows of a part as a table: ids, keys where the ids are texts, and its columns in the order of the keys. */
export function partTable(
  arrow: Arrow,
  idColumn: string,
  keys: IdSet,
  texts: readonly string[] | undefined,
  columns: readonly DescribedData[],
): Table {
  const numbers = arrow.makeData({ type: new arrow.Int64(), length: keys.size, nullCount: 0, data: idsIn(keys) });
  const fields = partIdFields(arrow, idColumn, texts ? "text" : "int64");
  return tableOf(arrow, keys.size, fields, texts ? [utf8Column(arrow, texts), numbers] : [numbers], columns);
}

/** A part's table without rows. */
export function emptyPartTable(arrow: Arrow, idColumn: string, idKind: IdKind): Table {
  return partTable(arrow, idColumn, emptyIds, idKind === "text" ? [] : undefined, []);
}
