import type { Manifest } from "../manifest/manifest.js";
import { parseManifest } from "../manifest/parse-manifest.js";
import type { CachedBundle } from "./folio-store.js";

/** The one read last: who manages a cache asks for the manifest of a bundle with each of its items. */
let latest: { readonly text: string; readonly manifest: Manifest } | undefined;

/**
 * The manifest in the row of a bundle; `undefined` when there is none, or it can't be read, which is as good as none: it is read
 * anew with the next check.
 */
export function manifestOfBundle(bundle: Pick<CachedBundle, "manifestText"> | undefined): Manifest | undefined {
  const text = bundle?.manifestText;
  if (text === undefined) return undefined;
  if (latest?.text === text) return latest.manifest;
  try {
    const manifest = parseManifest(new TextEncoder().encode(text));
    latest = { text, manifest };
    return manifest;
  } catch {
    return undefined;
  }
}
