import type { FolioProgress } from "@larder/folio";
import type { Progress } from "../output/progress.js";

/** Draws what a folio tells of its progress. */
export function watchedProgress(progress: Progress): (told: FolioProgress) => void {
  return ({ item, bytes, totalBytes, items }) =>
    progress.update({
      what: item,
      ...(items === undefined ? { bytes, totalBytes } : { done: items.done, total: items.of, bytes }),
    });
}
