import type { ListedItem } from "../folio.js";
import type { ManifestItem } from "./manifest.js";

/** An item as `list` and `describe` show it. */
export function listedItem(name: string, item: ManifestItem): ListedItem {
  const { other: _other, chunks: _chunks, ...known } = item;
  return { name, ...known, isReference: item.reference !== undefined };
}
