import type { BundleAnalysis } from "../folio.js";
import type { FolioParts } from "../folio-parts.js";
import type { Manifest, ManifestItem } from "../manifest/manifest.js";
import type { RemoteObject } from "../remote/remote-storage.js";
import { bundleObjects, unusedObjects } from "./bundle-objects.js";

type Suggestion = BundleAnalysis["suggestions"][number];

/** An included item and how large it is. */
export interface SizedItem {
  readonly name: string;
  readonly item: ManifestItem;
  readonly sizeBytes: number;
}

/** How many of the largest are told. */
const mostLargest = 20;

/**
 * What makes a bundle large, and what could be saved: items above the threshold, contents that are there several times, and objects
 * that nothing uses. Changes nothing. Lists the bundle's objects, where the storage can.
 *
 * @param options - `thresholdBytes`: default that of the policy for large items
 * @throws RemoteError; LarderError `invalid-manifest`
 */
export async function analyzeBundle(
  parts: FolioParts,
  options: { readonly thresholdBytes?: number | undefined; readonly signal?: AbortSignal | undefined } = {},
): Promise<BundleAnalysis> {
  const { thresholdBytes = parts.settings.largeFilePolicy.sizeThresholdBytes, signal } = options;
  const objects = await bundleObjects(parts, signal);
  const { manifest } = await parts.manifest({ maxAgeSeconds: 0, signal });
  const included = await sizedItems(parts, manifest, objects, signal);
  const unused = objects === undefined ? [] : unusedObjects(parts, manifest, objects);
  const suggestions = [...largeItems(included, thresholdBytes), ...duplicates(included), ...unused.map(unusedObject)];
  return {
    url: parts.remote.url,
    items: manifest.items.size,
    includedBytes: sum(included.map(({ sizeBytes }) => sizeBytes)),
    referencedBytes: sum(
      [...manifest.items.values()].map(({ reference, sizeBytes = 0 }) => (reference === undefined ? 0 : sizeBytes)),
    ),
    largest: [...included]
      .sort((a, b) => b.sizeBytes - a.sizeBytes)
      .slice(0, mostLargest)
      .map(({ name, item, sizeBytes }) => ({ item: name, kind: item.kind, sizeBytes })),
    suggestions: suggestions.sort((a, b) => b.savedBytes - a.savedBytes),
    savedBytes: savedOnce(suggestions),
  };
}

/** The included items with their sizes: as the manifest tells, as listed, or asked for one by one. What is not there has 0. */
export async function sizedItems(
  parts: FolioParts,
  manifest: Manifest,
  objects: ReadonlyMap<string, RemoteObject> | undefined,
  signal?: AbortSignal,
): Promise<readonly SizedItem[]> {
  const sized: SizedItem[] = [];
  for (const [name, item] of manifest.items) {
    if (item.file === undefined) continue;
    const told = item.sizeBytes ?? objects?.get(item.file)?.byteLength;
    const sizeBytes = told ?? (objects ? 0 : ((await parts.remote.head(item.file, { signal }))?.byteLength ?? 0));
    sized.push({ name, item, sizeBytes });
  }
  return sized;
}

function largeItems(included: readonly SizedItem[], thresholdBytes: number): Suggestion[] {
  return included
    .filter(({ sizeBytes }) => sizeBytes > thresholdBytes)
    .map(({ name, sizeBytes }) => ({
      item: name,
      suggestion: "convert-to-reference",
      savedBytes: sizeBytes,
      message: `The item ${JSON.stringify(name)} has ${sizeBytes} bytes. Move it out of the bundle with optimizeStorage({ thresholdBytes: ${thresholdBytes} }).`,
    }));
}

/** All but the first, by name, of those with the same content in objects of their own. */
function duplicates(included: readonly SizedItem[]): Suggestion[] {
  const first = new Map<string, SizedItem>();
  const found: Suggestion[] = [];
  for (const one of included) {
    const { checksum, checksumAlgorithm } = one.item;
    if (checksum === undefined || one.sizeBytes === 0) continue;
    const content = `${checksumAlgorithm}:${checksum}`;
    const other = first.get(content);
    if (other === undefined) first.set(content, one);
    else if (other.item.file !== one.item.file) found.push(duplicate(one, other));
  }
  return found;
}

function duplicate({ name, sizeBytes }: SizedItem, other: SizedItem): Suggestion {
  return {
    item: name,
    suggestion: "duplicate-content",
    savedBytes: sizeBytes,
    message: `The item ${JSON.stringify(name)} has the same ${sizeBytes} bytes as ${JSON.stringify(other.name)}. Delete one of the two, and read the other.`,
  };
}

function unusedObject({ path, byteLength }: RemoteObject): Suggestion {
  return {
    item: path,
    suggestion: "unused-object",
    savedBytes: byteLength,
    message: `No item uses the object ${JSON.stringify(path)} of ${byteLength} bytes. optimizeStorage() removes it.`,
  };
}

/** An item that could be saved in two ways is saved once. */
function savedOnce(suggestions: readonly Suggestion[]): number {
  const byItem = new Map(
    suggestions.map(({ suggestion, item, savedBytes }) => {
      const what = suggestion === "unused-object" ? "object" : "item";
      return [`${what} ${item}`, savedBytes] as const;
    }),
  );
  return sum([...byItem.values()]);
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
