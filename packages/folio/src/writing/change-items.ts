import type { FolioParts } from "../folio-parts.js";
import { changeManifest } from "../manifest/change-manifest.js";
import type { ManifestItem } from "../manifest/manifest.js";
import type { ManifestAsRead } from "../manifest/read-manifest.js";
import type { RemoteStorage } from "../remote/remote-storage.js";
import { type FoundChecksums, withFoundChecksums } from "./found-checksums.js";

/**
 * What is to become of one item: another in its place, `null` for none, `undefined` to leave it. Called again with what a newer
 * manifest has as often as somebody else was faster; must answer `undefined` when the change is there already. `written` as for
 * `ManifestChange`.
 */
export type ItemChange = (current: ManifestItem | undefined, written: boolean) => ManifestItem | null | undefined;

/** How an item is changed. */
export interface ChangeItemOptions {
  /** Checksums to be added to other items. */
  readonly found?: FoundChecksums | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Called when it is changed, before the folio knows. */
  readonly onChanged?: (() => Promise<void>) | undefined;
}

/** Storages about which the warning was given. */
const warned = new WeakSet<RemoteStorage>();

/**
 * Changes one item in the manifest, whoever else changes it at the same time, and lets the folio know the new one. Checksums that
 * reading has found of items of older bundles are added by the way.
 *
 * @throws as `changeManifest`
 */
export async function changeItem(
  parts: FolioParts,
  name: string,
  change: ItemChange,
  options: ChangeItemOptions = {},
): Promise<ManifestAsRead> {
  const read = await changeManifest(
    parts.remote,
    (manifest, written) => {
      const item = change(manifest.items.get(name), written);
      if (item === undefined) return undefined;
      const items = new Map(withFoundChecksums(manifest.items, options.found));
      if (item === null) items.delete(name);
      else items.set(name, item);
      return { ...manifest, items };
    },
    {
      clock: parts.clock,
      random: parts.random,
      sleep: parts.connect.sleep,
      signal: options.signal,
      onUnguarded: () => warnOnce(parts),
    },
  );
  await options.onChanged?.();
  await parts.learnManifest(read, name);
  return read;
}

function warnOnce(parts: FolioParts): void {
  if (warned.has(parts.remote)) return;
  warned.add(parts.remote);
  parts.onEvent({
    type: "warning",
    code: "no-conditional-writes",
    message: `The service of ${parts.remote.url} knows no conditional writes. The manifest is read back after it is written, but two writers at the same moment may still undo each other's change: let one at a time write.`,
    facts: { url: parts.remote.url },
  });
}
