import type { PageLayout } from "../../write/page-layout.js";
import type { RowGroupLimits } from "../../write/row-group-cuts.js";

/** Row groups of parts: as many rows as elsewhere, but few bytes, for a column of one is decoded without a pause. */
export const partLimits: RowGroupLimits = { rowGroupRows: 98_304, rowGroupBytes: 2 ** 24 };

/** Pages of parts are small: rows are looked up in them, hardly ever are they read whole. */
export const partPages: PageLayout = { pageRows: 2 ** 20, pageBytes: 65_536, lengths: "mixed" };
