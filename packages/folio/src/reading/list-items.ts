import type { ListedItem } from "../folio.js";
import { listedItem } from "../manifest/listed-item.js";
import type { Manifest, ManifestItem } from "../manifest/manifest.js";
import { isUnreachable } from "../remote/remote-error.js";
import { unknownItem } from "./read-errors.js";
import type { ReadingParts } from "./reading-parts.js";

/** See `Folio.list`. */
export async function listItems(parts: ReadingParts): Promise<readonly ListedItem[]> {
  const { manifest } = await parts.manifest();
  const names = [...manifest.items.keys()].sort();
  return names.map((name) => listedItem(name, manifest.items.get(name)!));
}

/** The manifest's entry. One that is not in it is looked for once more: it may have been added just now. @throws LarderError `unknown-item` */
export async function manifestItem(parts: ReadingParts, name: string): Promise<ManifestItem> {
  const { item, manifest } = await lookedFor(parts, name);
  if (item === undefined) throw unknownItem(parts.remote.url, name, manifest);
  return item;
}

/** See `Folio.has`: looks as `get` does. Where the remote can't be asked and a stale manifest does, that counts. */
export async function hasItem(parts: ReadingParts, name: string): Promise<boolean> {
  const { settings } = parts;
  try {
    return (await lookedFor(parts, name)).item !== undefined;
  } catch (error) {
    if (isUnreachable(error) && settings.fallbackToStale && !settings.strictMode && parts.known.current()) return false;
    throw error;
  }
}

async function lookedFor(
  parts: ReadingParts,
  name: string,
): Promise<{ readonly item: ManifestItem | undefined; readonly manifest: Manifest }> {
  const { settings, known } = parts;
  const answers = known.answers();
  const first = await parts.manifest();
  const item = first.manifest.items.get(name);
  const offline = settings.offlineMode || settings.cacheMode === "offline";
  if (item !== undefined || offline || known.answers() !== answers) return { item, manifest: first.manifest };
  const { manifest } = await parts.manifest({ maxAgeSeconds: 0 });
  return { item: manifest.items.get(name), manifest };
}
