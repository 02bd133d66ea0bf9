import type { FolioParts } from "../folio-parts.js";
import type { Manifest } from "../manifest/manifest.js";
import { isObjectPath } from "../manifest/object-path.js";
import type { RemoteObject } from "../remote/remote-storage.js";
import { pathsOfReference } from "../writing/reference-address.js";

/** Younger objects may belong to an item that is being added just now. */
const youngestUnusedMs = 24 * 60 * 60 * 1000;

/** The objects of a bundle by path; `undefined` where the storage does not list them. */
export async function bundleObjects(
  parts: FolioParts,
  signal?: AbortSignal,
): Promise<ReadonlyMap<string, RemoteObject> | undefined> {
  if (parts.remote.list === undefined || !parts.remote.abilities.list) return undefined;
  const objects = new Map<string, RemoteObject>();
  for await (const object of parts.remote.list({ signal })) objects.set(object.path, object);
  return objects;
}

/**
 * Objects that Larder has made for items and that no item names: left behind by a writer that was killed, or whose deletion failed.
 * Only those a day older than the newest object, so that a clock that is wrong does no harm. Other files in the bundle's folder are
 * nobody's business.
 *
 * @param manifest - read after the objects were listed: what was added meanwhile is in it
 */
export function unusedObjects(
  parts: FolioParts,
  manifest: Manifest,
  objects: ReadonlyMap<string, RemoteObject>,
): readonly RemoteObject[] {
  const used = usedPaths(parts.remote.url, manifest);
  const newest = Math.max(...Array.from(objects.values(), ({ modifiedAt = 0 }) => modifiedAt));
  const oldest = Math.min(parts.clock.now(), newest) - youngestUnusedMs;
  return [...objects.values()].filter(
    ({ path, modifiedAt = Number.POSITIVE_INFINITY }) =>
      isObjectPath(path) && !used.has(path.toLowerCase()) && modifiedAt <= oldest,
  );
}

/** In lower case, for some file systems take names of other case for the same. */
function usedPaths(url: string, manifest: Manifest): ReadonlySet<string> {
  const paths = [...manifest.items.values()].flatMap(({ file, reference, chunks }) => [
    file,
    ...(reference === undefined ? [] : pathsOfReference(url, reference)),
    chunks?.file,
  ]);
  return new Set(paths.flatMap((path) => (path === undefined ? [] : [path.toLowerCase()])));
}
