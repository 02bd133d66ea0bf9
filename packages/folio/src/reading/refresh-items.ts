import pLimit from "p-limit";
import type { ProgressListener, RefreshOutcome } from "../folio.js";
import { CacheError } from "../folio-errors.js";
import { checkOptions, isFlag, isFunction } from "./check-options.js";
import { fetchOnly } from "./fetch-only.js";
import { isMissing } from "./known-manifest.js";
import { progressTeller } from "./progress-teller.js";
import { manifestGone, unknownItem } from "./read-errors.js";
import { readItem } from "./read-item.js";
import type { ReadingParts } from "./reading-parts.js";

/**
 * See `Folio.refreshItem`: asks the remote, and downloads the item if it is not cached, has changed, or `force` says so.
 *
 * @throws LarderError `unknown-item` where neither bundle nor cache have it, `manifest-missing`; RemoteError
 */
export async function refreshItem(
  parts: ReadingParts,
  name: string,
  options: { readonly force?: boolean } = {},
): Promise<RefreshOutcome> {
  checkOptions(options, { force: isFlag });
  const { force = false } = options;
  checkOnline(parts, "refreshItem");
  const row = await parts.store.item(parts.remote.url, name);
  const { read } = await parts.known.check();
  if (!read.manifest.items.has(name)) {
    if (row !== undefined && isMissing(read)) throw manifestGone(parts.remote.url);
    if (row === undefined) throw unknownItem(parts.remote.url, name, read.manifest);
    await parts.store.removeItem(parts.remote.url, name);
    return { item: name, outcome: "removed" };
  }
  return { item: name, outcome: await refreshed(parts, name, force) };
}

/** See `Folio.refreshCache`: one question for the manifest, then downloads of what changed. */
export async function refreshCache(
  parts: ReadingParts,
  options: { readonly force?: boolean; readonly onProgress?: ProgressListener } = {},
): Promise<readonly RefreshOutcome[]> {
  checkOptions(options, { force: isFlag, onProgress: isFunction });
  const { force = false, onProgress } = options;
  const { store, remote, settings, clock } = parts;
  checkOnline(parts, "refreshCache");
  const names: string[] = [];
  for await (const { name } of store.items(remote.url)) names.push(name);
  const { read } = await parts.known.check();
  const limit = pLimit(settings.parallelDownloads);
  const progress = progressTeller(onProgress, clock);
  let done = 0;
  const refreshOne = async (name: string): Promise<RefreshOutcome> => {
    try {
      if (read.manifest.items.has(name)) return { item: name, outcome: await refreshed(parts, name, force) };
      if (isMissing(read)) throw manifestGone(remote.url);
      await store.removeItem(remote.url, name);
      return { item: name, outcome: "removed" };
    } catch (error) {
      return { item: name, outcome: "failed", error };
    } finally {
      done++;
      const told = { item: name, bytes: 0, totalBytes: undefined, items: { done, of: names.length } };
      if (done === names.length) progress.last(told);
      else progress.tell(told);
    }
  };
  return Promise.all(names.sort().map((name) => limit(() => refreshOne(name))));
}

/** The manifest has just been asked for. Of an item without a checksum, its object is asked for too. */
async function refreshed(parts: ReadingParts, name: string, force: boolean): Promise<"unchanged" | "downloaded"> {
  const options = { force, refresh: true, manifestAsked: true, noFallback: true };
  const { outcome } = await readItem(parts, name, options, fetchOnly);
  return outcome === "present" ? "unchanged" : "downloaded";
}

function checkOnline({ settings, remote }: ReadingParts, what: string): void {
  if (!settings.offlineMode && settings.cacheMode !== "offline") return;
  throw new CacheError(
    `${what} is refused: the folio of ${remote.url} is offline, and this asks the remote. Open it in another mode.`,
    {
      code: "offline",
      facts: { url: remote.url, operation: what },
    },
  );
}
