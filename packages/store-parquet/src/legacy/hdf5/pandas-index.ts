import { unsupportedLegacy } from "../legacy-errors.js";

/**
 * The name of the column that keeps an index: its own, else `index`, or `level_0` where that is taken; what `reset_index()` of pandas gives.
 *
 * @throws LarderError `unsupported-legacy` when a column has that name already
 */
export function indexName(own: string | undefined, columns: readonly string[], origin: string): string {
  const name = own ?? (columns.includes("index") ? "level_0" : "index");
  if (!columns.includes(name)) return name;
  const reason = `its index and a column are both named ${JSON.stringify(name)}`;
  throw unsupportedLegacy(origin, reason, "Rename one of them in pandas.");
}
