import type { Data, DataType } from "apache-arrow";
import type { ArrowLikeType } from "../arrow/arrow-like.js";
import type { Arrow } from "../arrow/load-arrow.js";
import { typeText } from "../arrow/type-text.js";
import { columnMetadataOf, columnTypeOf } from "./columns/column-type-of.js";
import { describeColumn } from "./columns/describe-column.js";
import type { GivenColumn } from "./given-column.js";
import type { PartColumn } from "./part-record.js";
import { jsonMark, widenedColumns, widens } from "./widened-columns.js";

/**
 * Describes a column given from outside, so that it fits what is stored. One that is null throughout fits everything.
 *
 * @param stored the column as it is stored, if it is
 */
export function describeGiven(
  arrow: Arrow,
  name: string,
  { type, metadata, chunks }: GivenColumn,
  stored: PartColumn | undefined,
): PartColumn {
  const described = describeColumn(new arrow.Field(name, type, true, new Map(metadata)), chunks);
  const isNull = chunks.every((chunk) => chunk.nullCount === chunk.length);
  return isNull && stored && !widens(stored, described) ? { name, type: "Null" } : described;
}

/**
 * A column as an answer shows it: of the type that what is stored and what is given both fit in, or of the one named.
 *
 * @throws ColumnTypeError
 */
export function answeredColumn(
  arrow: Arrow,
  name: string,
  stored: PartColumn | undefined,
  given: readonly GivenColumn[],
  named: string | undefined,
): PartColumn {
  if (named !== undefined) {
    const { [jsonMark]: _, ...others } = stored?.metadata ?? {};
    const type = typeText(columnTypeOf(arrow, named) as ArrowLikeType);
    return { name, type, metadata: { ...others, ...columnMetadataOf(named) } };
  }
  let columns: readonly PartColumn[] = stored ? [stored] : [];
  for (const column of given) columns = widenedColumns(columns, [describeGiven(arrow, name, column, columns[0])]);
  return columns[0] ?? { name, type: "Null" };
}

/** The type of a column: that of one of its chunks where they tell, for a text does not tell all of a nested type. */
export function typeOfColumn(arrow: Arrow, { type }: PartColumn, chunks: readonly Data[]): DataType {
  const same = chunks.find((chunk) => typeText(chunk.type as ArrowLikeType) === type);
  return same ? same.type : columnTypeOf(arrow, type);
}
