import { type CachedItem, contentOf, type FolioStore } from "../cached/folio-store.js";
import type { Invalidation } from "../folio.js";
import type { FolioEventListener } from "../folio-events.js";
import { invalidOption } from "../invalid-option.js";
import type { ManifestItem, ReadManifest } from "../manifest/manifest.js";
import { guarded } from "./guarded-listener.js";

/** Tells, once for each change, that an item is not what the cache has of it. */
export interface Invalidations {
  /**
   * Looks at the rows of all items that differ between two manifests. Rows of items that are gone are forgotten.
   *
   * @param changedHere - the item that this folio changed itself: that is told, and nobody is warned of it
   */
  between(before: ReadManifest, after: ReadManifest, changedHere?: string): Promise<void>;
  /** One row that is not what the manifest says. */
  tell(row: CachedItem, item: ManifestItem | undefined, object?: ObjectSeen): void;
  listen(listener: (change: Invalidation) => void): () => void;
}

/** The object of an item without a checksum, as it was when it was found to differ. */
export interface ObjectSeen {
  readonly version: string | undefined;
}

export interface InvalidationsOptions {
  readonly url: string;
  readonly store: FolioStore;
  readonly keeps: boolean;
  readonly onEvent: FolioEventListener;
}

export function invalidations({ url, store, keeps, onEvent }: InvalidationsOptions): Invalidations {
  const listeners = new Set<(change: Invalidation) => void>();
  // By name: the change that was told of last.
  const told = new Map<string, string>();

  function tell(row: CachedItem, item: ManifestItem | undefined, { changedHere, object }: Told = {}): void {
    const change: Invalidation = {
      url,
      item: row.name,
      oldVersion: row.remoteChecksum ?? row.content,
      newVersion: item && contentOf(item),
      updatedBy: item?.updatedBy,
      updatedAt: item?.updatedAt,
    };
    const name = nameOfChange(row, item, object);
    if (told.get(row.name) === name) return;
    told.set(row.name, name);
    onEvent({ type: "invalidated", ...change });
    if (row.name !== changedHere) {
      const message = messageOf(change, item);
      onEvent({ type: "warning", code: "item-changed", item: row.name, message, facts: { ...change } });
    }
    for (const listener of [...listeners]) listener(change);
  }

  return {
    tell: (row, item, object) => tell(row, item, { object }),
    async between(before, after, changedHere) {
      for (const [name, old] of before.manifest.items) {
        const item = after.manifest.items.get(name);
        if (item !== undefined && contentOf(item) === contentOf(old) && item.kind === old.kind) continue;
        const row = await store.item(url, name);
        if (row === undefined || !differs(row, item)) continue;
        tell(row, item, { changedHere });
        if (item === undefined && keeps) await store.removeItem(url, name);
      }
    },
    listen(listener) {
      if (typeof listener !== "function") throw invalidOption("listener", "a function", listener);
      const own = guarded(listener);
      listeners.add(own);
      return () => void listeners.delete(own);
    },
  };
}

interface Told {
  readonly changedHere?: string | undefined;
  readonly object?: ObjectSeen | undefined;
}

function differs(row: CachedItem, item: ManifestItem | undefined): boolean {
  if (item === undefined) return true;
  const content = contentOf(item);
  return content !== undefined && (content !== row.content || item.kind !== row.kind);
}

/** The same for the same copy and the same new version, whoever finds it out. */
function nameOfChange(row: CachedItem, item: ManifestItem | undefined, object: ObjectSeen | undefined): string {
  if (item === undefined) return JSON.stringify([row.cachedAt, row.content]);
  const content = contentOf(item);
  if (content !== undefined) return JSON.stringify([row.cachedAt, row.content, content, item.kind]);
  // A service that tells no versions does not tell either whether the object has changed once more.
  return JSON.stringify(["object", object?.version]);
}

function messageOf(
  { url, item, oldVersion, newVersion, updatedBy, updatedAt }: Invalidation,
  now: ManifestItem | undefined,
): string {
  if (now === undefined)
    return `The item '${item}' of ${url} was deleted by someone else. The local copy is no longer used.`;
  const who = updatedBy === undefined ? "" : ` by ${updatedBy}`;
  const when = updatedAt === undefined ? "" : ` at ${updatedAt}`;
  if (oldVersion === newVersion && newVersion !== undefined)
    return `The item '${item}' of ${url} was changed${who}${when}: the same bytes are of the kind '${now.kind}' now.`;
  return `The item '${item}' of ${url} was changed${who}${when}. The local copy is out of date, and is used no more.`;
}
