import type { FolioParts } from "../folio-parts.js";
import type { ManifestItem } from "../manifest/manifest.js";
import { changeItem } from "./change-items.js";
import { checkWritable } from "./check-writable.js";
import { removeObjects } from "./remove-objects.js";

/**
 * Takes an item off the manifest, then deletes its object, and forgets the local copy. Data elsewhere, which it only referred to,
 * stay.
 *
 * @returns `false` when there was none
 * @throws LarderError `read-only`, `manifest-contended`; CacheError `offline`; RemoteError
 */
export async function deleteItem(
  parts: FolioParts,
  name: string,
  options: { readonly signal?: AbortSignal | undefined } = {},
): Promise<boolean> {
  checkWritable(parts, "delete");
  const before: ManifestItem[] = [];
  const { manifest } = await changeItem(
    parts,
    name,
    (current, written) => {
      // What is there after it was deleted, and is not what was there before, somebody has added since.
      if (current === undefined || (written && !before.some((former) => former.file === current.file)))
        return undefined;
      before.push(current);
      return null;
    },
    // Before the folio knows, so that nobody is told that an item which has a copy here went.
    { ...options, onChanged: () => forgetCopy(parts, name) },
  );
  await removeObjects(
    parts,
    before.map((item) => [name, item] as const),
    manifest,
  );
  return before.length > 0;
}

async function forgetCopy(parts: FolioParts, name: string): Promise<void> {
  try {
    await parts.store.removeItem(parts.remote.url, name);
  } catch (cause) {
    parts.onEvent({
      type: "warning",
      code: "not-forgotten",
      item: name,
      message: `The item ${JSON.stringify(name)} was deleted, but its local copy could not be. cleanupCache() removes it.`,
      facts: { url: parts.remote.url },
      cause,
    });
  }
}
