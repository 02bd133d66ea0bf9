import type { Schema } from "apache-arrow";
import type { ArrowLikeBatch, ArrowLikeField } from "../../arrow/arrow-like.js";
import type { DistinctEntries } from "../../write/distinct-entries.js";
import { type ColumnPlan, planColumn } from "../../write/encode-column.js";
import { asDictionary } from "./as-dictionary.js";
import { partPages } from "./part-limits.js";

/**
 * Plans the columns of one row group. Those whose values repeat are written as dictionaries, which changes nothing of what the file
 * says their type is.
 *
 * @param rowsBefore for messages
 */
export function planPartColumns(
  schema: Schema,
  batches: readonly ArrowLikeBatch[],
  distinct: readonly (DistinctEntries | undefined)[],
  rowsBefore: number,
): ColumnPlan[] {
  return schema.fields.map((field, i) => {
    const chunks = batches.map((batch) => batch.data.children[i]!);
    const dictionary = asDictionary(field.type, chunks);
    const planned: ArrowLikeField = dictionary
      ? { name: field.name, type: dictionary[0]!.type, nullable: field.nullable, metadata: field.metadata }
      : field;
    return planColumn(planned, dictionary ?? chunks, {
      nullability: "declared",
      rowsBefore,
      layout: partPages,
      distinctEntries: distinct[i],
    });
  });
}
