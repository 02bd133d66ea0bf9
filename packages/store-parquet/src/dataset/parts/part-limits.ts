import type { RowGroupLimits } from "../../write/row-group-cuts.js";

/** Row groups of parts: as many rows as elsewhere, but few bytes, for a column of one is decoded without a pause. */
export const partLimits: RowGroupLimits = { rowGroupRows: 98_304, rowGroupBytes: 2 ** 24 };
