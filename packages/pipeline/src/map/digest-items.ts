import { LarderError, type UndigestableValueError, valueDigest } from "@larder/core";
import type { FileMemo } from "../file-digests.js";
import { type FileInput, withKnownFiles } from "../file-input.js";
import { inTurns } from "./lanes.js";

/** The digests of items, in their order. */
export interface ItemDigests {
  /** `undefined` for an item that has none. */
  readonly digests: readonly (string | undefined)[];
  /** The first that has none: the path to why, and the whole story. */
  readonly refused: { readonly path: string; readonly message: string; readonly count: number } | undefined;
}

/**
 * Digests each item; of files within, the content.
 *
 * @param name - what the list is called, for paths
 */
export async function digestItems(
  items: readonly unknown[],
  files: ReadonlyMap<FileInput, FileMemo>,
  name: string,
): Promise<ItemDigests> {
  const contents = new Map([...files].map(([file, memo]) => [file, memo.digest]));
  const digests: (string | undefined)[] = new Array(items.length);
  let refused: { path: string; message: string; count: number } | undefined;
  await inTurns(items.length, (index) => {
    try {
      // Known for this item alone: between items others may have their turn.
      digests[index] =
        files.size === 0 ? valueDigest(items[index]) : withKnownFiles(contents, () => valueDigest(items[index]));
    } catch (error) {
      if (!LarderError.isInstance(error, "undigestable-value")) throw error;
      const path = (error as UndigestableValueError).path.replace(/^\$/, () => `${name}[${index}]`);
      refused ??= { path, message: error.message, count: 0 };
      refused.count++;
    }
  });
  return { digests, refused };
}
