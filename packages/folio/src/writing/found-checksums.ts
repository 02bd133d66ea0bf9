import type { CachedItem } from "../cached/folio-store.js";
import type { FolioParts } from "../folio-parts.js";
import { isChecksum, isChecksumAlgorithm } from "../manifest/checksum-format.js";
import type { Manifest, ManifestItem } from "../manifest/manifest.js";

/** Checksums of items whose manifest has none, as they were computed when the items were read. By name. */
export type FoundChecksums = ReadonlyMap<string, ManifestItem>;

/** So many are looked after at one write: each costs a request. */
const mostAtOnce = 16;

/**
 * What reading has found out about items of an older bundle that have no checksum (4.3), if the object is still the one that
 * was read. Never fails: what can't be found out is left for the next write.
 */
export async function findChecksums(parts: FolioParts, manifest: Manifest): Promise<FoundChecksums> {
  const found = new Map<string, ManifestItem>();
  if ([...manifest.items.values()].every(({ checksum }) => checksum !== undefined)) return found;
  try {
    for await (const row of parts.store.items(parts.remote.url)) {
      const item = manifest.items.get(row.name);
      if (item === undefined || item.checksum !== undefined || item.file === undefined) continue;
      const better = await withChecksum(parts, item, row);
      if (better !== undefined) found.set(row.name, better);
      if (found.size >= mostAtOnce) break;
    }
  } catch {
    // The cache or the network is in trouble; whoever needs them says so.
  }
  return found;
}

async function withChecksum(parts: FolioParts, item: ManifestItem, row: CachedItem): Promise<ManifestItem | undefined> {
  if (item.file === undefined || row.file !== item.file || row.remoteVersion === undefined) return undefined;
  const [checksumAlgorithm, checksum = ""] = row.content.split(":");
  if (!isChecksumAlgorithm(checksumAlgorithm) || !isChecksum(checksum, checksumAlgorithm)) return undefined;
  const object = await parts.remote.head(item.file);
  if (object?.version !== row.remoteVersion) return undefined;
  return { ...item, sizeBytes: row.sizeBytes, checksum, checksumAlgorithm };
}

/** Items with what was found, where they are still those that it was found of. */
export function withFoundChecksums(
  items: ReadonlyMap<string, ManifestItem>,
  found: FoundChecksums | undefined,
): ReadonlyMap<string, ManifestItem> {
  if (found === undefined || found.size === 0) return items;
  return new Map(
    Array.from(items, ([name, item]) => {
      const better = found.get(name);
      const isSame =
        better !== undefined &&
        item.checksum === undefined &&
        item.file === better.file &&
        item.updatedAt === better.updatedAt;
      return [name, isSame ? better : item];
    }),
  );
}
