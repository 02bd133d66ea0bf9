import { redactedText } from "@larder/core";
import type { CachedBundle, CachedItem, ContentId, FolioStore } from "../cached/folio-store.js";
import {
  byText,
  type ExportedBundle,
  type ExportedCache,
  type ExportedContent,
  type ExportedItem,
  manifestDigest,
  parsedContentId,
} from "./exported-layout.js";

/** What is to be handed on of a store. */
export interface GatherOptions {
  /** Addresses of bundles; default: all. */
  readonly urls?: readonly string[] | undefined;
  /** Contents that are left out, with the items that have them. */
  readonly without?: ReadonlySet<ContentId> | undefined;
}

/** What a store has, sorted: the bundles, and of their items those whose content is there. */
export async function gatherExport(store: FolioStore, { urls, without }: GatherOptions = {}): Promise<ExportedCache> {
  const contents = new Map<ContentId, ExportedContent>();
  const bundles: ExportedBundle[] = [];
  for await (const bundle of store.bundles()) {
    if (urls !== undefined && !urls.includes(bundle.url)) continue;
    // An address with credentials would hand them on; none is stored, but the check is cheap.
    if (redactedText(bundle.url) !== bundle.url) continue;
    const items: ExportedItem[] = [];
    for await (const item of store.items(bundle.url)) {
      const { content, kind, sizeBytes } = item;
      if (without?.has(content) || !(await store.hasContent(content))) continue;
      const other = contents.get(content);
      if (parsedContentId(content) === undefined || (other !== undefined && other.sizeBytes !== sizeBytes)) continue;
      items.push(handedOn(item));
      // One content may be a table here and a file there: as a table it can be both.
      contents.set(content, { content, sizeBytes, kind: other?.kind === "table" ? "table" : kind });
    }
    bundles.push({ ...described(bundle), items: items.sort(byText(({ name }) => name)) });
  }
  return {
    bundles: bundles.sort(byText(({ url }) => url)),
    contents: [...contents.values()].sort(byText(({ content }) => content)),
  };
}

/** A row without what only says how this machine used it, within the bounds that the reader checks. */
function handedOn({ accessCount: _count, lastAccessed: _last, ...item }: CachedItem): ExportedItem {
  return {
    ...item,
    remoteChecksum: item.remoteChecksum === item.content ? item.content : undefined,
    cachedAt: Math.max(0, item.cachedAt),
    lastVerified: Math.max(0, item.lastVerified),
    priority: Math.min(100, Math.max(0, Math.round(item.priority))),
  };
}

/** A manifest is handed on when its text still is what was read, and else left out: it will be read anew. */
function described({ url, ...known }: CachedBundle): CachedBundle {
  const { manifestText, manifestChecksum } = known;
  if (manifestText !== undefined && manifestDigest(manifestText) === manifestChecksum) return { url, ...known };
  return {
    url,
    manifestText: undefined,
    manifestVersion: undefined,
    manifestChecksum: undefined,
    lastManifestCheck: undefined,
  };
}
