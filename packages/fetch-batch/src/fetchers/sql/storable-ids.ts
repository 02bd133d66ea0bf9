import type { FetchIds } from "../../fetcher.js";

/**
 * The ids that the database can hold at all. The others can't be in it; asked for, they would be turned into other texts, or
 * fail the whole query.
 *
 * @param options.nul - whether texts may have NUL characters
 */
export function storableIds(ids: FetchIds, options: { readonly nul: boolean }): readonly (number | bigint | string)[] {
  if (ids.length === 0 || typeof ids[0] !== "string") return ids;
  return (ids as readonly string[]).filter((id) => id.isWellFormed() && (options.nul || !id.includes("\0")));
}
