import type { ExportedBundle, ExportedCache, ExportedItem } from "./exported-layout.js";

/** Identifies the list. */
export const exportedFormat = "larder-folio-cache";

/** The list as UTF-8 JSON. The same content gives the same bytes: nothing of when and where it was made is in it. */
export function serializeExported({ bundles, contents }: ExportedCache): Uint8Array {
  const json = {
    format: exportedFormat,
    version: 1,
    contents: contents.map(({ content, kind, sizeBytes }) => ({ content, kind, sizeBytes })),
    bundles: bundles.map(bundleJson),
  };
  return new TextEncoder().encode(`${JSON.stringify(json, undefined, 1)}\n`);
}

function bundleJson(bundle: ExportedBundle): object {
  const { url, manifestText, manifestVersion, manifestChecksum, lastManifestCheck, items } = bundle;
  // What is undefined, JSON leaves out.
  return { url, manifestText, manifestVersion, manifestChecksum, lastManifestCheck, items: items.map(itemJson) };
}

function itemJson(item: ExportedItem): object {
  return {
    name: item.name,
    kind: item.kind,
    file: item.file,
    sizeBytes: item.sizeBytes,
    content: item.content,
    remoteChecksum: item.remoteChecksum,
    remoteVersion: item.remoteVersion,
    updatedAt: item.updatedAt,
    updatedBy: item.updatedBy,
    cachedAt: item.cachedAt,
    lastVerified: item.lastVerified,
    pinned: item.pinned,
    priority: item.priority,
  };
}
