import type { Data, DataType } from "apache-arrow";
import type { Arrow } from "../../arrow/load-arrow.js";
import { childTypes } from "../../arrow/nested-kind.js";
import { raggedColumn } from "../../write/gather-column.js";
import { takeColumn } from "./take-column.js";

/**
 * The column of a field of structs, or of the elements of lists. Tables without batches make columns without any.
 *
 * @param type of `data`
 * @throws LarderError `ragged-table` when there is none though there are rows
 */
export function childColumn(arrow: Arrow, type: DataType, data: Data, place: number): Data {
  const child = data.children[place];
  if (child) return child;
  if (data.length > 0) throw raggedColumn();
  return takeColumn(arrow, childTypes(type)[place]!, [], { length: 0, row: new Int32Array(0) });
}
