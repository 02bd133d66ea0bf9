import { LarderError } from "@larder/core";
import { CacheError } from "../folio-errors.js";
import type { FolioParts } from "../folio-parts.js";
import { readOnlyRemote } from "../manifest/change-manifest.js";

/**
 * Refuses a change of the bundle where the settings or the storage don't allow one.
 *
 * @param what - what was asked for, such as `add`
 * @throws LarderError `read-only`; CacheError `offline`; RemoteError `remote-read-only`
 */
export function checkWritable({ settings, remote }: Pick<FolioParts, "settings" | "remote">, what: string): void {
  if (settings.cacheMode === "read-only") {
    throw new LarderError(
      `${what} is refused: the folio of ${remote.url} was opened in the mode 'read-only'. Open it in another mode, such as 'read-write'.`,
      { code: "read-only", facts: { url: remote.url, operation: what } },
    );
  }
  if (settings.cacheMode === "offline" || settings.offlineMode) {
    throw new CacheError(
      `${what} is refused: the folio of ${remote.url} is offline, and a bundle is changed where it is kept. Open it in another mode.`,
      { code: "offline", facts: { url: remote.url, operation: what } },
    );
  }
  if (remote.write === undefined || remote.delete === undefined) throw readOnlyRemote(remote.url);
}
