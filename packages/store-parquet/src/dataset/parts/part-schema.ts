import type { Schema } from "apache-arrow";
import type { Arrow } from "../../arrow/load-arrow.js";
import { keyColumn, sequenceColumn } from "./part-columns.js";

/**
 * The columns of a part as they are written: ids (the first), keys and sequences are never null, all others may be, whatever the
 * table declares. So every part of a dataset has a column in the same form.
 */
export function partSchema(arrow: Arrow, { fields, metadata }: Schema): Schema {
  const written = fields.map(({ name, type, metadata: own }, place) => {
    const isOwn = place === 0 || name === keyColumn || name === sequenceColumn;
    return new arrow.Field(name, type, !isOwn, own);
  });
  return new arrow.Schema(written, metadata);
}
