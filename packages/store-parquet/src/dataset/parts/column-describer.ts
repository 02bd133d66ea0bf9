import type { Data, Field } from "apache-arrow";
import type { ArrowLikeBatch } from "../../arrow/arrow-like.js";
import { describeColumn } from "../columns/describe-column.js";
import type { PartColumn } from "../part-record.js";
import { keyColumn, sequenceColumn } from "./part-columns.js";

/** Describes the columns of a part whose rows come in pieces. */
export interface ColumnDescriber {
  add(batches: readonly ArrowLikeBatch[]): void;
  /** Its columns without the id column, which is the first, the key column and the sequence column. */
  columns(): PartColumn[];
}

/** Nothing has come yet. */
export function columnDescriber(fields: readonly Field[]): ColumnDescriber {
  const described = fields.flatMap((field, place) => {
    if (place === 0 || field.name === keyColumn || field.name === sequenceColumn) return [];
    return [{ field, place, column: describeColumn(field, []) }];
  });
  return {
    add(batches) {
      for (const one of described) {
        if (one.column.fitsDouble !== true) continue;
        const chunks = batches.map(({ data }) => data.children[one.place] as unknown as Data);
        if (describeColumn(one.field, chunks).fitsDouble !== true) one.column = { ...one.column, fitsDouble: false };
      }
    },
    columns: () => described.map(({ column }) => column),
  };
}
