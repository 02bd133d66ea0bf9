import { LarderError } from "@larder/core";
import type { AddOptions } from "../folio.js";
import type { FolioParts, ItemPlace } from "../folio-parts.js";
import type { Manifest, ManifestItem } from "../manifest/manifest.js";
import { changeItem } from "./change-items.js";
import { findChecksums } from "./found-checksums.js";
import { removeObjects } from "./remove-objects.js";
import { updatedByDefault } from "./updated-by.js";

/** Failures after which the manifest certainly does not name what was to be added. */
const definite = ["remote-refused", "remote-read-only", "manifest-contended", "invalid-manifest", "newer-format"];

/** What of an item is the same however it is stored. */
export type ItemFacts = Omit<ManifestItem, "createdAt" | "updatedAt" | "updatedBy" | "other">;

/** An item that was listed. */
export interface PutItem {
  readonly item: ManifestItem;
  readonly replaced: boolean;
  /** `false` when somebody has replaced it already. */
  readonly isListed: boolean;
  /** When, in milliseconds. */
  readonly at: number;
}

/**
 * Lists an item whose bytes are in place, and deletes what it replaces. When it can't be listed, or a signal comes first, the bytes go
 * again, unless it is unknown whether the manifest was written.
 *
 * @param places - where its objects were written; none for data that were there before
 */
export async function putItem(
  parts: FolioParts,
  name: string,
  facts: ItemFacts,
  places: readonly ItemPlace[],
  options: Pick<AddOptions, "description" | "updatedBy" | "signal">,
): Promise<PutItem> {
  const at = parts.clock.now();
  const { signal } = options;
  // What was there at each try: a try whose answer was lost may have replaced it.
  const before: ManifestItem[] = [];
  let item: ManifestItem | undefined;
  let isListed = true;
  try {
    const known = await parts.manifest({ maxAgeSeconds: null, signal }).catch(() => undefined);
    const found = known && (await findChecksums(parts, known.manifest));
    const { manifest } = await changeItem(
      parts,
      name,
      (current, written) => {
        if (current !== undefined && item !== undefined && isSame(current, item)) return undefined;
        if (written && current !== undefined && !before.some((former) => isSame(former, current))) {
          // Somebody has replaced it since it was written, which is as if they had come later.
          isListed = false;
          return undefined;
        }
        if (current !== undefined) before.push(current);
        item = madeOf(facts, current, at, options);
        return item;
      },
      { found, signal },
    );
    if (!isListed) before.push(item!);
    await removeObjects(
      parts,
      before.map((former) => [name, former] as const),
      manifest,
    );
    warnOfSize(parts, manifest);
  } catch (error) {
    // Until it was made, no manifest can name it: whatever happened, such as a signal.
    if (item === undefined || isDefinite(error)) {
      for (const { storage, path } of places) await storage.delete?.(path).catch(() => false);
    }
    throw error;
  }
  return { item: item!, replaced: before.length > 0, isListed, at };
}

/** A new item in the place of another. */
function madeOf(
  facts: ItemFacts,
  current: ManifestItem | undefined,
  at: number,
  { description = current?.description, updatedBy = updatedByDefault() }: Pick<AddOptions, "description" | "updatedBy">,
): ManifestItem {
  const now = new Date(at).toISOString();
  return {
    ...facts,
    createdAt: current?.createdAt ?? now,
    updatedAt: now,
    updatedBy,
    ...(description !== undefined && { description }),
    ...(current?.other && { other: current.other }),
  };
}

/** Whether an item is the one that this write has made: no other write has its object, or its time, place and content. */
function isSame(current: ManifestItem, made: ManifestItem): boolean {
  const keys = ["file", "reference", "checksum", "updatedAt", "updatedBy"] as const;
  return keys.every((key) => current[key] === made[key]);
}

function isDefinite(error: unknown): boolean {
  return LarderError.isInstance(error) && definite.includes(error.code);
}

function warnOfSize(parts: FolioParts, manifest: Manifest): void {
  let included = 0;
  for (const { file, sizeBytes = 0 } of manifest.items.values()) if (file !== undefined) included += sizeBytes;
  const { bundleSizeWarningBytes } = parts.settings;
  if (included <= bundleSizeWarningBytes) return;
  parts.onEvent({
    type: "warning",
    code: "bundle-size",
    message: `The bundle ${parts.remote.url} includes ${included} bytes, more than ${bundleSizeWarningBytes}. analyze() tells what makes it large, and optimizeStorage() moves it out.`,
    facts: { url: parts.remote.url, includedBytes: included, bundleSizeWarningBytes },
  });
}
